using Npgsql;
using NpgsqlTypes;
using Swath.Persistence.EventSourcing;

namespace Swath.Persistence.Outbox;

/// <summary>
/// Delivers again what a transport that lives in the process took with it. Every message of every unfinished job goes out a second time,
/// with the same ids; consumers are idempotent. Run once at the start, when the bus has started. Only where no other process uses the database's jobs.
/// </summary>
public sealed class OutboxRecovery
{
    // The messages of a job's last event may have died with the process too, though the job is over: those of jobs that ended lately go out again.
    private static readonly TimeSpan LatelyFinished = TimeSpan.FromHours(1);

    // Served by jobs_unfinished.
    private const string ResetUnfinished = "update jobs set delivered_version = 0 where state <> all($1) and delivered_version > 0";

    private const string ResetLastOfFinished =
        "update jobs set delivered_version = version - 1 where state = any($1) and updated_at >= $2 and delivered_version = version";

    // A job without a row has not been accepted yet.
    private const string ResetOutbox =
        """
        update outbox o set delivered_at = null
        where o.delivered_at is not null and o.job_id is not null
          and not exists (select from jobs j where j.job_id = o.job_id and j.state = any($1))
        """;

    private readonly NpgsqlDataSource _database;
    private readonly LeftBehindSweep _sweep;
    private readonly OutboxDispatch _dispatch;
    private readonly IReadOnlyList<string> _finalStates;
    private readonly TimeProvider _time;

    internal OutboxRecovery(NpgsqlDataSource database, LeftBehindSweep sweep, OutboxDispatch dispatch, StreamModel? model, TimeProvider time)
    {
        _database = database;
        _sweep = sweep;
        _dispatch = dispatch;
        _finalStates = model?.FinalStates ?? [];
        _time = time;
    }

    /// <summary>Resets what counts as delivered for every job that is not final, and delivers it.</summary>
    /// <returns>How many messages were delivered again.</returns>
    public async Task<int> RedeliverEverythingAsync(CancellationToken cancellationToken = default)
    {
        await using (var batch = _database.CreateBatch())
        {
            batch.BatchCommands.Add(new NpgsqlBatchCommand(ResetUnfinished) { Parameters = { FinalStates() } });
            batch.BatchCommands.Add(new NpgsqlBatchCommand(ResetLastOfFinished)
            {
                Parameters = { FinalStates(), new NpgsqlParameter<DateTimeOffset> { TypedValue = _time.GetUtcNow() - LatelyFinished } },
            });
            batch.BatchCommands.Add(new NpgsqlBatchCommand(ResetOutbox) { Parameters = { FinalStates() } });
            await batch.ExecuteNonQueryAsync(cancellationToken);
        }
        return await _sweep.SweepAsync(TimeSpan.Zero, cancellationToken) + await _dispatch.DeliverDueAsync(cancellationToken);
    }

    private NpgsqlParameter<string[]> FinalStates() =>
        new NpgsqlParameter<string[]> { TypedValue = [.. _finalStates], NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Text };
}
