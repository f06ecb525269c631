using Npgsql;
using NpgsqlTypes;

namespace Swath.Persistence.Feeds;

/// <summary>
/// The events of all jobs, each once, in an order that never changes. An event is given out when no transaction is open any more that began before
/// its own: so none can appear behind a place that a reader has passed. A transaction that stays open holds the feed back, and skips nothing.
/// </summary>
public sealed class EventFeed(NpgsqlDataSource database)
{
    // Served by job_events_before_feed. Nothing is added here any more.
    private const string OlderEvents =
        """
        select '0'::xid8, 0::bigint, job_id, version, message_id, type, occurred_at, data::text
        from job_events
        where txid is null and (job_id, version) > ($1, $2)
        order by job_id, version
        limit $3
        """;

    // Served by job_events_feed. The statement's own snapshot is the one whose oldest open transaction counts.
    private const string Events =
        """
        select txid, seq, job_id, version, message_id, type, occurred_at, data::text
        from job_events
        where txid is not null and (txid, seq) > ($1, $2) and txid < pg_snapshot_xmin(pg_current_snapshot())
        order by txid, seq
        limit $3
        """;

    /// <summary>Reads on.</summary>
    /// <param name="after">The last event that was read; <see cref="FeedPosition.Start"/> for the first.</param>
    /// <param name="limit">At most so many, 1 to 1 000.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <returns>What comes next; empty when there is nothing yet.</returns>
    public async Task<IReadOnlyList<FeedEvent>> ReadAsync(FeedPosition after, int limit, CancellationToken cancellationToken = default)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(limit, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(limit, 1_000);
        var events = new List<FeedEvent>();
        if (after.Transaction == 0)
        {
            await using var older = database.CreateCommand(OlderEvents);
            older.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = after.Job });
            older.Parameters.Add(new NpgsqlParameter<int> { TypedValue = (int)after.Sequence });
            await ReadAsync(older, limit, events, cancellationToken).ConfigureAwait(false);
            after = FeedPosition.Start;
        }

        if (events.Count < limit)
        {
            await using var command = database.CreateCommand(Events);
            command.Parameters.Add(new NpgsqlParameter<ulong> { TypedValue = after.Transaction, NpgsqlDbType = NpgsqlDbType.Xid8 });
            command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = after.Sequence });
            await ReadAsync(command, limit - events.Count, events, cancellationToken).ConfigureAwait(false);
        }

        return events;
    }

    private static async Task ReadAsync(NpgsqlCommand command, int limit, List<FeedEvent> events, CancellationToken cancellationToken)
    {
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = limit });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
        while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
        {
            var (transaction, job, version) = (reader.GetFieldValue<ulong>(0), reader.GetGuid(2), reader.GetInt32(3));
            events.Add(new FeedEvent(
                transaction == 0 ? FeedPosition.Older(job, version) : FeedPosition.Of(transaction, reader.GetInt64(1)),
                job, version, reader.GetGuid(4), reader.GetString(5), reader.GetFieldValue<DateTimeOffset>(6), reader.GetString(7)));
        }
    }
}
