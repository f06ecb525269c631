using Swath.Persistence.EventSourcing;

namespace Swath.Scheduler.Verification;

/// <summary>
/// <c>capacity_reservations</c> against the fold: a job that is over, paused or on its way into the queue holds nothing, a minute after it came to that:
/// what gives the capacity back is a command on its way.
/// </summary>
public sealed class ReservationsCheck : ITableCheck
{
    /// <inheritdoc/>
    public string? FactsOf(object state) => null;

    // Index: capacity_reservations_open.
    /// <inheritdoc/>
    public string Statement =>
        """
        select folded.job_id, 'capacity_reservations', folded.state || ' holds nothing', (c.load - c.released) || ' of ' || c.endpoint
        from folded
        join capacity_reservations c on c.job_id = folded.job_id and c.closed_at is null
        where folded.state in ('Requested', 'Paused', 'Completed', 'PartiallyCompleted', 'Failed', 'Cancelled')
          and folded.updated_at < swath_now() - interval '1 minute' and c.reserved_at < swath_now() - interval '1 minute'
        order by folded.job_id
        """;
}
