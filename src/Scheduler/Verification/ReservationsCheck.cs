using Swath.Persistence.EventSourcing;

namespace Swath.Scheduler.Verification;

/// <summary>
/// <c>capacity_reservations</c> against the fold: a job that is over, paused or on its way into the queue holds nothing, a minute after it came to that:
/// what gives the capacity back is a command on its way. One whose regions are with workers holds something.
/// </summary>
public sealed class ReservationsCheck : ITableCheck
{
    /// <inheritdoc/>
    public string? FactsOf(object state) => null;

    // Indexes: capacity_reservations_open, the primary key of job_regions.
    /// <inheritdoc/>
    public string Statement =>
        """
        select folded.job_id, 'capacity_reservations', folded.state || ' holds nothing', (c.load - c.released) || ' of ' || c.endpoint
        from folded
        join capacity_reservations c on c.job_id = folded.job_id and c.closed_at is null
        where folded.state in ('Requested', 'Paused', 'Completed', 'PartiallyCompleted', 'Failed', 'Cancelled')
          and folded.updated_at < swath_now() - interval '1 minute' and c.reserved_at < swath_now() - interval '1 minute'
        union all
        select folded.job_id, 'capacity_reservations', 'a reservation', 'none, with ' || count(*) || ' region(s) on workers'
        from folded
        join job_regions r on r.job_id = folded.job_id and r.worker_id is not null and r.ended_at is null
        where folded.state = 'Running' and folded.updated_at < swath_now() - interval '1 minute'
          and not exists (select from capacity_reservations c where c.job_id = folded.job_id and c.closed_at is null)
        group by folded.job_id
        """;
}
