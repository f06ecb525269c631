using Npgsql;

namespace Swath.Persistence.Placement;

/// <summary>The optimistic lock on workers: the one whose figures are old does not place.</summary>
internal static class WorkerVersions
{
    /// <summary>
    /// Takes the next turn of each worker, if its version is the one that was seen and it still lives and does not drain. The version is that of
    /// its registration and its turns; of two that take the same turn, the primary key lets one through. Yields how many were taken: when one is not,
    /// the transaction is to be rolled back.
    /// </summary>
    /// <param name="workers">Each once, in order of name, as everywhere.</param>
    /// <param name="seen"><see cref="WorkerState.Version"/> of each.</param>
    public static NpgsqlBatchCommand Take(string[] workers, IReadOnlyDictionary<string, long> seen)
    {
        var command = new NpgsqlBatchCommand(
            """
            with taken as (
              insert into worker_turns (worker_id, turn)
              select w.worker_id, coalesce(t.turn, 0) + 1
                from unnest($1, $2) as s (worker_id, version) join workers w on w.worker_id = s.worker_id
                left join lateral (select turn from worker_turns t where t.worker_id = w.worker_id order by turn desc limit 1) t on true
               where w.version + coalesce(t.turn, 0) = s.version and not w.draining and w.lease_until > swath_now()
               order by w.worker_id
              on conflict do nothing
              returning 1
            )
            select count(*)::int from taken
            """);
        command.Parameters.Add(new NpgsqlParameter { Value = workers });
        command.Parameters.Add(new NpgsqlParameter { Value = workers.Select(worker => seen[worker]).ToArray() });
        return command;
    }
}
