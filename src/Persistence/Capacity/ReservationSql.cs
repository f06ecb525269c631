using Npgsql;

namespace Swath.Persistence.Capacity;

/// <summary>The pieces of SQL that change reservations, for the statements that must change more than them.</summary>
internal static class ReservationSql
{
    /// <summary>
    /// Follows a CTE <c>ended (job_id, load)</c>: gives the load of ended regions back to the open reservations of their jobs
    /// and closes those that hold nothing more. What a job has beyond its reservation takes the place of what ended first.
    /// Index: <c>capacity_reservations_open</c>. Yields <c>given (endpoint)</c>.
    /// </summary>
    public const string GiveBackEnded =
        """
        shares as (
          select job_id, sum(load)::int as load from ended group by job_id
        ), given as (
          update capacity_reservations c
             set beyond = greatest(0, c.beyond - s.load),
                 released = least(c.load, c.released + greatest(0, s.load - c.beyond)),
                 closed_at = case when c.released + greatest(0, s.load - c.beyond) >= c.load then swath_now() end
            from shares s
           where c.job_id = s.job_id and c.closed_at is null and s.load > 0
          returning c.endpoint
        )
        """;

    /// <summary>
    /// Locks the jobs' open regions, in order. Whoever ends a region locks it before its job's reservation, so whoever closes
    /// reservations does this first: the two never wait for each other.
    /// </summary>
    public static async Task LockOpenRegionsAsync(NpgsqlTransaction transaction, Guid[] jobs, CancellationToken cancellationToken)
    {
        // Index: the primary key.
        await using var command = new NpgsqlCommand(
            "select from job_regions where job_id = any ($1) and ended_at is null order by job_id, region_id for no key update",
            transaction.Connection, transaction);
        command.Parameters.Add(new NpgsqlParameter { Value = jobs });
        await command.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);
    }
}
