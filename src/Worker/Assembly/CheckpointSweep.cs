using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;
using Swath.Persistence;

namespace Swath.Worker.Assembly;

/// <summary>
/// Removes the checkpoints of jobs that are final: at once where this process wrote the result, within a minute otherwise, also those that a late worker wrote after the end, and in time their regions. Not part of assembling: until the
/// job is final, the result may have to be assembled again. What a partially completed or failed job has finished is kept as long as its regions: its failed tiles and
/// outputs may be retried.
/// </summary>
internal sealed partial class CheckpointSweep(
    [FromKeyedServices(ConnectionPurpose.Sweep)] NpgsqlDataSource database, AssembledJobs assembled, TimeProvider clock, ILogger<CheckpointSweep> log) : BackgroundService
{
    // In which the saga hears of a result.
    private static readonly TimeSpan Hearing = TimeSpan.FromSeconds(1);

    private static readonly TimeSpan Interval = TimeSpan.FromMinutes(1);

    private const int BatchSize = 1_000;

    /// <summary>How long the regions of a job that is final are kept, for who wants to see where they ran or to retry what failed.</summary>
    private static readonly TimeSpan Kept = TimeSpan.FromDays(7);

    /// <summary>
    /// Removes what can be removed now, job by job and in batches: no statement holds many rows or runs for long. Of jobs that can be retried
    /// only what ended before a time.
    /// </summary>
    /// <returns>How many tiles were removed.</returns>
    public static Task<int> SweepAsync(NpgsqlDataSource database, DateTimeOffset retriableBefore, CancellationToken cancellationToken) =>
        RemoveAsync(database, "tile_results", DateTimeOffset.MaxValue, retriableBefore, cancellationToken);

    /// <summary>Removes the regions of jobs that became final before a time, in the same way.</summary>
    /// <returns>How many regions were removed.</returns>
    public static Task<int> SweepRegionsAsync(NpgsqlDataSource database, DateTimeOffset finalBefore, CancellationToken cancellationToken) =>
        RemoveAsync(database, "job_regions", finalBefore, finalBefore, cancellationToken);

    /// <summary>Removes the checkpoints of those jobs that are completed; the others are left to the sweep over all.</summary>
    /// <returns>How many tiles were removed.</returns>
    public static async Task<int> SweepAsync(NpgsqlDataSource database, IReadOnlyList<Guid> jobs, CancellationToken cancellationToken)
    {
        // Served by the primary key.
        await using var command = database.CreateCommand("select job_id from jobs where job_id = any ($1) and state = 'Completed'");
        command.Parameters.AddWithValue(jobs.ToArray());
        return await RemoveAsync(database, "tile_results", await ReadAsync(command, cancellationToken), cancellationToken);
    }

    private static async Task<int> RemoveAsync(NpgsqlDataSource database, string table, DateTimeOffset finalBefore, DateTimeOffset retriableBefore, CancellationToken cancellationToken) =>
        await RemoveAsync(database, table, await FinalJobsAsync(database, table, finalBefore, retriableBefore, cancellationToken), cancellationToken);

    private static async Task<int> RemoveAsync(NpgsqlDataSource database, string table, IReadOnlyList<Guid> jobs, CancellationToken cancellationToken)
    {
        var total = 0;
        foreach (var jobId in jobs)
        {
            int removed;
            do
            {
                // Served by the primary key. Another worker that sweeps the same rows is left to it.
                await using var command = database.CreateCommand(
                    $"delete from {table} where ctid = any(array(select ctid from {table} where job_id = $1 limit {BatchSize} for update skip locked))");
                command.Parameters.AddWithValue(jobId);
                removed = await command.ExecuteNonQueryAsync(cancellationToken);
                total += removed;
            }
            while (removed == BatchSize);
        }

        return total;
    }

    // Job by job over the primary key's first column (a loose index scan): the cost follows the jobs that have rows, not their rows.
    private static async Task<List<Guid>> FinalJobsAsync(
        NpgsqlDataSource database, string table, DateTimeOffset finalBefore, DateTimeOffset retriableBefore, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(
            $"""
            with recursive stored as (
              (select job_id from {table} order by job_id limit 1)
              union all
              select (select t.job_id from {table} t where t.job_id > s.job_id order by t.job_id limit 1) from stored s where s.job_id is not null
            )
            select s.job_id from stored s join jobs j on j.job_id = s.job_id where j.finished_at < case when j.state in ('PartiallyCompleted', 'Failed') then $2 else $1 end
            """);
        command.Parameters.AddWithValue(finalBefore);
        command.Parameters.AddWithValue(retriableBefore);
        return await ReadAsync(command, cancellationToken);
    }

    private static async Task<List<Guid>> ReadAsync(NpgsqlCommand command, CancellationToken cancellationToken)
    {
        var jobs = new List<Guid>();
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
            jobs.Add(reader.GetGuid(0));
        return jobs;
    }

    protected override Task ExecuteAsync(CancellationToken stoppingToken) => Task.WhenAll(SweepAllAsync(stoppingToken), SweepAssembledAsync(stoppingToken));

    private async Task SweepAssembledAsync(CancellationToken stoppingToken)
    {
        try
        {
            while (true)
            {
                await assembled.WaitAsync(stoppingToken);
                await Task.Delay(Hearing, clock, stoppingToken);
                try
                {
                    await SweepAsync(database, assembled.Take(), stoppingToken);
                }
                catch (Exception e) when (!stoppingToken.IsCancellationRequested)
                {
                    LogFailed(e);
                }
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The ordinary end.
        }
    }

    private async Task SweepAllAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, clock);
        try
        {
            // The board's regions are many and old: once an hour is enough.
            var minute = 0;
            do
            {
                await SweepOnceAsync(minute++ % 60 == 0, stoppingToken);
            }
            while (await timer.WaitForNextTickAsync(stoppingToken));
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The ordinary end.
        }
    }

    private async Task SweepOnceAsync(bool regionsToo, CancellationToken cancellationToken)
    {
        try
        {
            var removed = await SweepAsync(database, clock.GetUtcNow() - Kept, cancellationToken);
            if (removed > 0)
                LogRemoved(removed);
            if (regionsToo)
                await SweepRegionsAsync(database, clock.GetUtcNow() - Kept, cancellationToken);
        }
        catch (Exception e) when (!cancellationToken.IsCancellationRequested)
        {
            LogFailed(e);
        }
    }

    [LoggerMessage(LogLevel.Debug, "Removed the checkpoints of {Tiles} tiles of jobs that are final.")]
    private partial void LogRemoved(int tiles);

    [LoggerMessage(LogLevel.Warning, "Checkpoints of final jobs could not be removed; the next try is in a minute.")]
    private partial void LogFailed(Exception e);
}
