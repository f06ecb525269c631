using Npgsql;

namespace Swath.Persistence.Placement;

/// <summary>
/// Reads all living workers and what they hold, in one round trip. Remembers the oldest placement that is still held: entries of the index before it are
/// of regions that have ended, and are not passed again, though an open transaction keeps them there.
/// </summary>
internal sealed class WorkerSnapshot(NpgsqlDataSource database, TimeProvider time)
{
    // By the database's clock: a placement is committed long before it is this old.
    private static readonly TimeSpan Commits = TimeSpan.FromSeconds(15);

    // Whatever moved the database's clock, a minute later all is read again.
    private static readonly TimeSpan WholeLookEvery = TimeSpan.FromMinutes(1);

    internal const string ByIndex = "select swath_now(), set_config('enable_seqscan', 'off', true)";

    /// <summary>The candidates. Index: workers_available, which those that lapsed or drain are not read from.</summary>
    internal const string Living =
        """
        select w.worker_id, w.slots, w.tags, w.capabilities, w.version + coalesce(t.turn, 0)
          from workers w left join lateral (select turn from worker_turns t where t.worker_id = w.worker_id order by turn desc limit 1) t on true
         where not w.draining and w.lease_until > swath_now() order by w.worker_id
        """;

    /// <summary>How full they are, from a placement on. Index: job_regions_held, one descent for each.</summary>
    internal const string Held =
        """
        select w.worker_id, r.kind, count(*)::int, min(r.placed_at) from workers w cross join lateral (
            select kind, placed_at from job_regions where worker_id = w.worker_id and placed_at >= $1 and ended_at is null) r
         where not w.draining and w.lease_until > swath_now() group by w.worker_id, r.kind
        """;

    /// <summary>Who refuses company. Index: job_regions_guarded.</summary>
    internal const string Guarded =
        """
        select worker_id, job_id, kind, anti from job_regions
         where worker_id is not null and ended_at is null and anti is not null
        """;

    private readonly Lock _gate = new();
    private DateTimeOffset _since = DateTimeOffset.MinValue;
    private long _wholeLookAt;

    public async Task<IReadOnlyList<WorkerState>> ReadAsync(CancellationToken cancellationToken)
    {
        var since = Since();
        // The versions are read first: a placement that commits between the statements makes them stale, never the figures.
        await using var batch = database.CreateBatch();
        batch.BatchCommands.Add(new NpgsqlBatchCommand(ByIndex));
        batch.BatchCommands.Add(new NpgsqlBatchCommand(Living));
        batch.BatchCommands.Add(new NpgsqlBatchCommand(Held) { Parameters = { new NpgsqlParameter { Value = since } } });
        batch.BatchCommands.Add(new NpgsqlBatchCommand(Guarded));

        var states = new List<WorkerState>();
        var kinds = new Dictionary<string, Dictionary<string, int>>(StringComparer.Ordinal);
        var guarded = new Dictionary<string, List<GuardedRegion>>(StringComparer.Ordinal);
        await using var reader = await batch.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
        await reader.ReadAsync(cancellationToken).ConfigureAwait(false);
        var oldest = reader.GetFieldValue<DateTimeOffset>(0);
        await reader.NextResultAsync(cancellationToken).ConfigureAwait(false);
        while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
        {
            var id = reader.GetString(0);
            states.Add(new WorkerState
            {
                WorkerId = id,
                Slots = reader.GetInt32(1),
                Busy = 0,
                Tags = reader.GetFieldValue<string[]>(2),
                Capabilities = reader.GetFieldValue<string[]>(3),
                Version = reader.GetInt64(4),
                Kinds = kinds[id] = new Dictionary<string, int>(StringComparer.Ordinal),
                Guarded = guarded[id] = [],
            });
        }

        await reader.NextResultAsync(cancellationToken).ConfigureAwait(false);
        while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
        {
            if (kinds.TryGetValue(reader.GetString(0), out var held))
                held[reader.GetString(1)] = reader.GetInt32(2);
            var placed = reader.GetFieldValue<DateTimeOffset>(3);
            oldest = placed < oldest ? placed : oldest;
        }

        await reader.NextResultAsync(cancellationToken).ConfigureAwait(false);
        while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
        {
            if (guarded.TryGetValue(reader.GetString(0), out var held))
                held.Add(new GuardedRegion(reader.GetGuid(1), reader.GetString(2), reader.GetFieldValue<string[]>(3)));
        }

        lock (_gate)
            _since = oldest - Commits;
        return [.. states.Select(state => state with { Busy = state.Kinds.Values.Sum() })];
    }

    private DateTimeOffset Since()
    {
        lock (_gate)
        {
            if (_since != DateTimeOffset.MinValue && time.GetElapsedTime(_wholeLookAt) < WholeLookEvery)
                return _since;
            _wholeLookAt = time.GetTimestamp();
            return DateTimeOffset.MinValue;
        }
    }
}
