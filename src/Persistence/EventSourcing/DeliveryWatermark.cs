using Microsoft.Extensions.Logging;
using Npgsql;

namespace Swath.Persistence.EventSourcing;

/// <summary>
/// Moves <c>jobs.delivered_version</c> behind the deliveries, lazily and many rows at a time. A watermark that lags costs a redelivery
/// after a crash; one that leads would lose a message, so it moves only over an unbroken run of delivered versions.
/// </summary>
internal sealed class DeliveryWatermark : IAsyncDisposable
{
    // Rows are locked in the order of their ids, as everywhere.
    private const string Move =
        """
        with delivered as materialized (
          select j.job_id, d.to_version
          from unnest($1::uuid[], $2::integer[], $3::integer[]) as d (job_id, from_version, to_version)
          join jobs j on j.job_id = d.job_id
          where j.delivered_version >= d.from_version - 1
          order by j.job_id
          for no key update of j
        )
        update jobs j set delivered_version = greatest(j.delivered_version, d.to_version)
        from delivered d
        where j.job_id = d.job_id
        returning j.job_id
        """;

    // An earlier version that another process has not confirmed holds a run back; after so many intervals the sweeper is left to settle it.
    private const int Patience = 20;

    private readonly NpgsqlDataSource _database;
    private readonly ILogger _logger;
    private readonly TimeSpan _interval;
    private readonly TimeProvider _time;
    private readonly CancellationTokenSource _stopping = new();
    private readonly Lock _lock = new();
    private readonly Task _loop;
    private Dictionary<Guid, Run> _runs = [];

    public DeliveryWatermark(NpgsqlDataSource database, TimeSpan interval, TimeProvider time, ILogger logger)
    {
        _database = database;
        _interval = interval;
        _time = time;
        _logger = logger;
        _loop = Task.Run(MoveLazilyAsync);
    }

    public void Note(Guid jobId, int from, int to)
    {
        lock (_lock)
            _runs[jobId] = new Run(from, to, 0);
    }

    /// <summary>Moves all watermarks that may move.</summary>
    public async Task FlushAsync(CancellationToken cancellationToken)
    {
        KeyValuePair<Guid, Run>[] runs;
        lock (_lock)
        {
            if (_runs.Count == 0)
                return;
            runs = [.. _runs];
            _runs = [];
        }
        var moved = new HashSet<Guid>();
        var answered = false;
        try
        {
            await using var command = _database.CreateCommand(Move);
            command.Parameters.Add(new NpgsqlParameter<Guid[]> { TypedValue = Array.ConvertAll(runs, r => r.Key) });
            command.Parameters.Add(new NpgsqlParameter<int[]> { TypedValue = Array.ConvertAll(runs, r => r.Value.From) });
            command.Parameters.Add(new NpgsqlParameter<int[]> { TypedValue = Array.ConvertAll(runs, r => r.Value.To) });
            await using var reader = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
            while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
                moved.Add(reader.GetGuid(0));
            answered = true;
        }
        finally
        {
            lock (_lock)
            {
                foreach (var (jobId, run) in runs)
                {
                    if (!moved.Contains(jobId) && run.Tries < Patience)
                        _runs.TryAdd(jobId, answered ? run with { Tries = run.Tries + 1 } : run);
                }
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync().ConfigureAwait(false);
        await _loop.ConfigureAwait(false);
        _stopping.Dispose();
        await TryFlushAsync(CancellationToken.None).ConfigureAwait(false);
    }

    private async Task MoveLazilyAsync()
    {
        using var timer = new PeriodicTimer(_interval, _time);
        try
        {
            while (await timer.WaitForNextTickAsync(_stopping.Token).ConfigureAwait(false))
                await TryFlushAsync(_stopping.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            // Stopping; the last runs are flushed by the disposer.
        }
    }

    private async Task TryFlushAsync(CancellationToken cancellationToken)
    {
        try
        {
            await FlushAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            _logger.LogWarning(e, "The delivery watermark could not be moved; it is tried again, and after a crash some messages would be delivered twice");
        }
    }

    private readonly record struct Run(int From, int To, int Tries);
}
