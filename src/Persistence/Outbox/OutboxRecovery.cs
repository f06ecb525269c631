using Npgsql;
using NpgsqlTypes;
using Swath.Persistence.EventSourcing;

namespace Swath.Persistence.Outbox;

/// <summary>
/// Delivers again what a transport that lives in the process took with it. Every message of every unfinished job that
/// its saga has not handled goes out a second time, with the same ids; consumers are idempotent. Run once at the start, when the bus has started. Only where no other process uses the database's jobs.
/// </summary>
public sealed class OutboxRecovery
{
    // The messages of a job's last event may have died with the process too, though the job is over: those of jobs that ended lately go out again.
    private static readonly TimeSpan LatelyFinished = TimeSpan.FromHours(1);

    // Rows are locked in the order of their ids, as everywhere.
    private const string ResetJobs =
        """
        with forgotten as materialized (
          select job_id, case when state = any($1) then version - 1 else 0 end as delivered_version
          from jobs
          where case when state = any($1) then updated_at >= $2 and delivered_version = version else delivered_version > 0 end
          order by job_id
          for no key update
        )
        update jobs j set delivered_version = f.delivered_version
        from forgotten f
        where j.job_id = f.job_id
        """;

    // A job without a row has not been accepted yet. What the saga has handled, as an event or by ignoring it, is not its business a second
    // time: a command that was ignored then might be obeyed now. What was said to a job after its end - to retry it, to begin it anew - still waits.
    private const string ResetOutbox =
        """
        update outbox o set delivered_at = null
        where o.delivered_at is not null and o.job_id is not null
          and o.consumed_at is null
          and not exists (select from job_events e where e.job_id = o.job_id and e.message_id = o.message_id)
          and not exists (select from jobs j where j.job_id = o.job_id and j.state = any($1) and j.finished_at >= o.enqueued_at)
        """;

    private const string NoteTransport = "update last_transport set name = $1 where name <> $1";

    private readonly NpgsqlDataSource _database;
    private readonly UndeliveredMessageSweeper _sweep;
    private readonly OutboxDispatcher _dispatch;
    private readonly IReadOnlyList<string> _finalStates;
    private readonly TimeProvider _time;

    internal OutboxRecovery(NpgsqlDataSource database, UndeliveredMessageSweeper sweep, OutboxDispatcher dispatch, StreamModel? model, TimeProvider time)
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
            AddResets(batch);
            await batch.ExecuteNonQueryAsync(cancellationToken);
        }
        return await _sweep.SweepAsync(TimeSpan.Zero, cancellationToken) + await _dispatch.DeliverDueAsync(cancellationToken);
    }

    /// <summary>
    /// Notes which transport carries the messages from now on. When it was another one before, what counts as delivered for every job that is
    /// not final is reset, in the same transaction: of any number of processes that start together, one does it, and any delivers.
    /// </summary>
    /// <param name="transport">Its name.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>True when it was another one before.</returns>
    public async Task<bool> TakeOverAsync(string transport, CancellationToken cancellationToken = default)
    {
        await using var connection = await _database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await using var note = new NpgsqlCommand(NoteTransport, connection, transaction) { Parameters = { new NpgsqlParameter<string> { TypedValue = transport } } };
        if (await note.ExecuteNonQueryAsync(cancellationToken) == 0)
            return false;
        await using var batch = new NpgsqlBatch(connection, transaction);
        AddResets(batch);
        await batch.ExecuteNonQueryAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return true;
    }

    private void AddResets(NpgsqlBatch batch)
    {
        batch.BatchCommands.Add(new NpgsqlBatchCommand(ResetJobs)
        {
            Parameters = { FinalStates(), new NpgsqlParameter<DateTimeOffset> { TypedValue = _time.GetUtcNow() - LatelyFinished } },
        });
        batch.BatchCommands.Add(new NpgsqlBatchCommand(ResetOutbox) { Parameters = { FinalStates() } });
    }

    private NpgsqlParameter<string[]> FinalStates() =>
        new NpgsqlParameter<string[]> { TypedValue = [.. _finalStates], NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Text };
}
