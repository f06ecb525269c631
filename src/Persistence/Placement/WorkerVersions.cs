using Npgsql;

namespace Swath.Persistence.Placement;

/// <summary>The optimistic lock on workers: the one whose figures are old does not place.</summary>
internal static class WorkerVersions
{
    /// <summary>Raises the version of each worker if it is the one that was seen, and it still lives and does not drain.</summary>
    /// <returns>False when one is not: the transaction is to be rolled back.</returns>
    public static async Task<bool> TryTakeAsync(
        NpgsqlTransaction transaction, string[] workers, IReadOnlyDictionary<string, long> seen,
        CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(
            """
            with seen as (
              select w.worker_id from workers w join unnest($1, $2) as s (worker_id, version) using (worker_id)
               where w.version = s.version and not w.draining and w.lease_until > swath_now()
               order by w.worker_id for no key update of w
            )
            update workers w set version = w.version + 1 from seen s where w.worker_id = s.worker_id
            """, transaction.Connection, transaction);
        command.Parameters.Add(new NpgsqlParameter { Value = workers });
        command.Parameters.Add(new NpgsqlParameter { Value = workers.Select(worker => seen[worker]).ToArray() });
        return await command.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false) == workers.Length;
    }
}
