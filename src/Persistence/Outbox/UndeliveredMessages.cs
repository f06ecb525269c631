using Npgsql;

namespace Swath.Persistence.Outbox;

/// <summary>What waits to be delivered for too long, and what can't be: for health checks and operators.</summary>
public sealed class UndeliveredMessages
{
    // Served by message_pending_next and the primary keys. What a living process is about to deliver is not late.
    private const string Oldest =
        """
        select extract(epoch from swath_now() - min(at))::double precision from (
          select min(due_at) as at from message_pending where writer is null and faulted_at is null and due_at <= swath_now()
          union all
          select l.at from message_writers w cross join lateral (select at from message_log where writer = w.writer order by seq limit 1) l
          where w.lease_until < swath_now()
        ) late
        """;

    // Served by message_pending_faults.
    private const string Faults =
        """
        select message_id, job_id, destination, message #>> '{types,0}', tries, error, faulted_at from message_pending
        where faulted_at is not null order by faulted_at, seq limit $1
        """;

    private const string CountFaults = "select count(*) from message_pending where faulted_at is not null";

    private const string Retry = "update message_pending set faulted_at = null, tries = 0, next_try = swath_now() where faulted_at is not null and message_id = any($1)";

    private readonly NpgsqlDataSource _database;
    private readonly PendingMessages _pending;

    internal UndeliveredMessages(NpgsqlDataSource database, PendingMessages pending) => (_database, _pending) = (database, pending);

    /// <summary>For how long the oldest message waits that is due and in nobody's hand; null when none does.</summary>
    public async Task<TimeSpan?> OldestAsync(CancellationToken cancellationToken = default)
    {
        await using var command = _database.CreateCommand(Oldest);
        return await command.ExecuteScalarAsync(cancellationToken).ConfigureAwait(false) is double seconds ? TimeSpan.FromSeconds(seconds) : null;
    }

    /// <summary>How many messages are not tried any more.</summary>
    public async Task<long> CountFaultsAsync(CancellationToken cancellationToken = default)
    {
        await using var command = _database.CreateCommand(CountFaults);
        return (long)(await command.ExecuteScalarAsync(cancellationToken).ConfigureAwait(false))!;
    }

    /// <summary>Messages that are not tried any more, the oldest first.</summary>
    public async Task<IReadOnlyList<UndeliverableMessage>> FaultsAsync(int most, CancellationToken cancellationToken = default)
    {
        await using var command = _database.CreateCommand(Faults);
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = most });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
        var faults = new List<UndeliverableMessage>();
        while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
        {
            faults.Add(new UndeliverableMessage(
                reader.GetGuid(0), reader.IsDBNull(1) ? null : reader.GetGuid(1), reader.GetString(2), reader.IsDBNull(3) ? "" : reader.GetString(3),
                reader.GetInt32(4), reader.IsDBNull(5) ? "" : reader.GetString(5), reader.GetFieldValue<DateTimeOffset>(6)));
        }
        return faults;
    }

    /// <summary>Has messages tried again from the start.</summary>
    /// <returns>How many.</returns>
    public async Task<int> RetryAsync(IReadOnlyCollection<Guid> messages, CancellationToken cancellationToken = default)
    {
        await using var command = _database.CreateCommand(Retry);
        command.Parameters.Add(new NpgsqlParameter<Guid[]> { TypedValue = [.. messages] });
        var count = await command.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);
        _pending.Wake();
        return count;
    }
}
