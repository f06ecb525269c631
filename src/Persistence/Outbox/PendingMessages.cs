using Npgsql;
using NpgsqlTypes;
using Swath.Persistence.Notifications;

namespace Swath.Persistence.Outbox;

/// <summary>
/// The table of messages that wait for something else than the process that caused them: timers, those of processes without a bus, those whose
/// sending failed, and what dead processes left. Who delivers one marks it as in his hand first, in a statement of its own.
/// </summary>
internal sealed class PendingMessages(NpgsqlDataSource database, NotificationSender notifications)
{
    /// <summary>Tries that fail while the transport is there, until a message is a fault that waits for an operator: the last about an hour after the first.</summary>
    public const int MostTries = 12;

    /// <summary>The channel that wakes the delivery, in whichever process it runs.</summary>
    public const string Channel = "swath_outbox";

    // One process at a time takes messages, so that none takes the later message of a job while another has the earlier.
    private const string TakeTurn = "select pg_advisory_xact_lock(hashtextextended('swath pending messages', 0))";

    // Served by message_pending_next and message_pending_job. What failed twice no longer holds up its job.
    private const string Take =
        """
        with next as (
          select p.message_id from message_pending p
          where p.writer is null and p.faulted_at is null and p.next_try <= swath_now()
            and not exists (
              select from message_pending e
              where e.job_id = p.job_id and e.seq < p.seq and e.writer is distinct from $1
                and e.faulted_at is null and e.tries <= 1 and e.due_at <= swath_now())
          order by p.next_try, p.seq limit $2 for no key update skip locked
        )
        update message_pending p set writer = $1 from next where p.message_id = next.message_id
        returning p.seq, p.message::text
        """;

    private const string Insert =
        """
        insert into message_pending (message_id, job_id, destination, message, due_at, next_try, token)
        select u.message_id, u.job_id, u.destination, u.message::json, coalesce(u.due_at, swath_now()), coalesce(u.due_at, swath_now()), u.token
        from unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[], $5::timestamptz[], $6::uuid[]) with ordinality
          as u (message_id, job_id, destination, message, due_at, token, place)
        order by u.place
        on conflict (message_id) do nothing
        """;

    private const string Move =
        """
        insert into message_pending (message_id, job_id, destination, message, due_at, next_try, tries, error)
        select f.message_id, (m ->> 'jobId')::uuid, m ->> 'destination', m, l.at,
               case when f.error is null then swath_now() else swath_now() + interval '5 seconds' end, case when f.error is null then 0 else 1 end, f.error
        from unnest($2::bigint[], $3::uuid[], $4::text[]) as f (seq, message_id, error)
        join message_log l on l.writer = $1 and l.seq = f.seq
        cross join lateral json_array_elements(l.items::json) with ordinality as i (m, place)
        where (m ->> 'messageId')::uuid = f.message_id
        order by f.seq, i.place
        on conflict (message_id) do nothing
        """;

    private const string PutBack =
        """
        update message_pending p
        set writer = null, error = coalesce(f.error, p.error), tries = p.tries + $3,
            next_try = swath_now() + case when $3 = 0 then interval '1 second' else least(interval '10 minutes', interval '5 seconds' * power(2, p.tries)) end,
            faulted_at = case when p.tries + $3 >= $4 then swath_now() end
        from unnest($1::uuid[], $2::text[]) as f (message_id, error)
        where p.message_id = f.message_id
        returning p.message_id, p.faulted_at is not null
        """;

    private const string Cancel = "delete from message_pending where token = $1 and writer is null";

    /// <summary>Wakes the delivery, in this process and in others. After the commit.</summary>
    public void Wake() => notifications.Send(Channel);

    /// <summary>Adds messages, in the caller's batch.</summary>
    public static NpgsqlBatchCommand Addition(IReadOnlyList<(OutgoingMessage Message, OutboxEntry Entry)> messages) => new(Insert)
    {
        Parameters =
        {
            new NpgsqlParameter<Guid[]> { TypedValue = [.. messages.Select(m => m.Message.MessageId)] },
            new NpgsqlParameter<Guid?[]> { TypedValue = [.. messages.Select(m => m.Entry.JobId)], NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Uuid },
            new NpgsqlParameter<string[]> { TypedValue = [.. messages.Select(m => m.Message.Destination.ToString())] },
            new NpgsqlParameter<string[]> { TypedValue = [.. messages.Select(m => OutgoingMessageJson.Write(m.Message))] },
            new NpgsqlParameter<DateTimeOffset?[]> { TypedValue = [.. messages.Select(m => m.Entry.DueAt?.ToUniversalTime())], NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.TimestampTz },
            new NpgsqlParameter<Guid?[]> { TypedValue = [.. messages.Select(m => m.Entry.Token)], NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Uuid },
        },
    };

    /// <summary>Removes what was delivered, in the caller's batch.</summary>
    public static NpgsqlBatchCommand Removal(IReadOnlyList<Guid> messages) =>
        new("delete from message_pending where message_id = any($1)") { Parameters = { Ids(messages) } };

    /// <summary>Removes what was delivered.</summary>
    public async Task RemoveAsync(IReadOnlyList<Guid> messages, CancellationToken cancellationToken)
    {
        await using var batch = database.CreateBatch();
        batch.BatchCommands.Add(Removal(messages));
        await batch.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Takes messages that are due into the hand of a process, in the order in which they came.</summary>
    public async Task<IReadOnlyList<OutgoingMessage>> TakeAsync(Guid writer, int most, CancellationToken cancellationToken)
    {
        await using var batch = database.CreateBatch();
        batch.BatchCommands.Add(new NpgsqlBatchCommand(TakeTurn));
        batch.BatchCommands.Add(new NpgsqlBatchCommand(Take)
        {
            Parameters = { new NpgsqlParameter<Guid> { TypedValue = writer }, new NpgsqlParameter<int> { TypedValue = most } },
        });
        await using var reader = await batch.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
        await reader.NextResultAsync(cancellationToken).ConfigureAwait(false);
        var taken = new List<(long Seq, string Text)>();
        while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
            taken.Add((reader.GetInt64(0), reader.GetString(1)));
        return [.. taken.OrderBy(t => t.Seq).Select(t => OutgoingMessageJson.Read(t.Text))];
    }

    /// <summary>Takes over messages of this process's log that could not be delivered.</summary>
    public async Task MoveAsync(Guid writer, IReadOnlyList<(LogEntry Entry, FailedMessage Failure)> failed, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(Move);
        command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = writer });
        command.Parameters.Add(new NpgsqlParameter<long[]> { TypedValue = [.. failed.Select(f => f.Entry.Seq)] });
        command.Parameters.Add(Ids([.. failed.Select(f => f.Failure.MessageId)]));
        command.Parameters.Add(Errors(failed.Select(f => f.Failure.Error)));
        await command.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Gives back what was taken and could not be delivered.</summary>
    /// <param name="failed">The messages.</param>
    /// <param name="isCounted">False when the transport was away: that is no message's fault.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>Those that have become faults.</returns>
    public async Task<IReadOnlyList<Guid>> PutBackAsync(IReadOnlyList<FailedMessage> failed, bool isCounted, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(PutBack);
        command.Parameters.Add(Ids([.. failed.Select(f => f.MessageId)]));
        command.Parameters.Add(Errors(failed.Select(f => f.Error)));
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = isCounted ? 1 : 0 });
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = MostTries });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
        var faults = new List<Guid>();
        while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
        {
            if (reader.GetBoolean(1))
                faults.Add(reader.GetGuid(0));
        }
        return faults;
    }

    /// <summary>Takes back what carries the token and is in nobody's hand.</summary>
    /// <returns>How many were taken back.</returns>
    public async Task<int> CancelAsync(NpgsqlTransaction? transaction, Guid token, CancellationToken cancellationToken)
    {
        await using var command = transaction is null ? database.CreateCommand(Cancel) : new NpgsqlCommand(Cancel, transaction.Connection, transaction);
        command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = token });
        return await command.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);
    }

    private static NpgsqlParameter<Guid[]> Ids(IReadOnlyList<Guid> ids) =>
        new() { TypedValue = [.. ids], NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Uuid };

    // A stack of causes may be long, and may hold what PostgreSQL's text can't.
    private static NpgsqlParameter<string?[]> Errors(IEnumerable<string?> errors) => new()
    {
        TypedValue = [.. errors.Select(error => error?.Replace('\0', ' ') is { Length: > 2_000 } much ? much[..2_000] : error?.Replace('\0', ' '))],
        NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Text,
    };
}
