using Npgsql;

namespace Swath.Persistence.Placement;

/// <summary>Reads all living workers and what they hold, in one round trip.</summary>
internal static class WorkerSnapshot
{
    /// <summary>The candidates. Index: workers_available, which those that lapsed or drain are not read from.</summary>
    internal const string Living =
        """
        select w.worker_id, w.slots, w.tags, w.capabilities, w.version + coalesce(t.turn, 0)
          from workers w left join lateral (select turn from worker_turns t where t.worker_id = w.worker_id order by turn desc limit 1) t on true
         where not w.draining and w.lease_until > swath_now() order by w.worker_id
        """;

    /// <summary>How full they are. Index: job_regions_held, and nothing but.</summary>
    internal const string Held =
        """
        select worker_id, kind, count(*)::int from job_regions
         where worker_id is not null and ended_at is null group by worker_id, kind
        """;

    /// <summary>Who refuses company. Index: job_regions_guarded.</summary>
    internal const string Guarded =
        """
        select worker_id, job_id, kind, anti from job_regions
         where worker_id is not null and ended_at is null and anti is not null
        """;

    public static async Task<IReadOnlyList<WorkerState>> ReadAsync(NpgsqlDataSource database, CancellationToken cancellationToken)
    {
        // The versions are read first: a placement that commits between the statements makes them stale, never the figures.
        await using var batch = database.CreateBatch();
        batch.BatchCommands.Add(new NpgsqlBatchCommand(PlanSettings.ByIndex));
        batch.BatchCommands.Add(new NpgsqlBatchCommand(Living));
        batch.BatchCommands.Add(new NpgsqlBatchCommand(Held));
        batch.BatchCommands.Add(new NpgsqlBatchCommand(Guarded));

        var states = new List<WorkerState>();
        var kinds = new Dictionary<string, Dictionary<string, int>>(StringComparer.Ordinal);
        var guarded = new Dictionary<string, List<GuardedRegion>>(StringComparer.Ordinal);
        await using var reader = await batch.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
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
        }

        await reader.NextResultAsync(cancellationToken).ConfigureAwait(false);
        while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
        {
            if (guarded.TryGetValue(reader.GetString(0), out var held))
                held.Add(new GuardedRegion(reader.GetGuid(1), reader.GetString(2), reader.GetFieldValue<string[]>(3)));
        }

        return [.. states.Select(state => state with { Busy = state.Kinds.Values.Sum() })];
    }
}
