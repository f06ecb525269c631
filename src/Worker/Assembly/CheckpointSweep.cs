using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Swath.Worker.Assembly;

/// <summary>
/// Removes the checkpoints of jobs that are final, also those that a late worker wrote after the end. Not part of assembling: until the
/// job is final, the result may have to be assembled again.
/// </summary>
internal sealed partial class CheckpointSweep(NpgsqlDataSource database, TimeProvider clock, ILogger<CheckpointSweep> log) : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromMinutes(1);

    /// <summary>Removes what can be removed now.</summary>
    /// <returns>How many tiles were removed.</returns>
    public static async Task<int> SweepAsync(NpgsqlDataSource database, CancellationToken cancellationToken)
    {
        // Job by job over the primary key's first column (a loose index scan): the cost follows the jobs that have checkpoints, not their tiles.
        await using var command = database.CreateCommand(
            """
            with recursive stored as (
              (select job_id from tile_results order by job_id limit 1)
              union all
              select (select t.job_id from tile_results t where t.job_id > s.job_id order by t.job_id limit 1) from stored s where s.job_id is not null
            )
            delete from tile_results
             where job_id in (select s.job_id from stored s join jobs j on j.job_id = s.job_id where j.finished_at is not null)
            """);
        return await command.ExecuteNonQueryAsync(cancellationToken);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, clock);
        try
        {
            do
            {
                await SweepOnceAsync(stoppingToken);
            }
            while (await timer.WaitForNextTickAsync(stoppingToken));
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The ordinary end.
        }
    }

    private async Task SweepOnceAsync(CancellationToken cancellationToken)
    {
        try
        {
            var removed = await SweepAsync(database, cancellationToken);
            if (removed > 0)
                LogRemoved(removed);
        }
        catch (Exception e) when (e is NpgsqlException or TimeoutException)
        {
            LogFailed(e);
        }
    }

    [LoggerMessage(LogLevel.Debug, "Removed the checkpoints of {Tiles} tiles of jobs that are final.")]
    private partial void LogRemoved(int tiles);

    [LoggerMessage(LogLevel.Warning, "Checkpoints of final jobs could not be removed; the next try is in a minute.")]
    private partial void LogFailed(Exception e);
}
