using Swath.Persistence.EventSourcing;

namespace Swath.Scheduler.Verification;

/// <summary><c>queue</c> against the fold: a job that is Queued waits there, or was admitted in this very turn and is yet to hear of it; no other job is there.</summary>
public sealed class QueueCheck : ITableCheck
{
    /// <inheritdoc/>
    public string? FactsOf(object state) => null;

    // Served by the primary key of queue, and capacity_reservations_open.
    /// <inheritdoc/>
    public string Statement =>
        """
        select folded.job_id, 'queue',
               case when folded.state = 'Queued' then 'waits there, or is admitted' else 'is ' || folded.state end,
               case when q.job_id is null then 'neither' when c.job_id is null then 'waits there' else 'both' end
        from folded
        left join queue q on q.job_id = folded.job_id
        left join capacity_reservations c
          on c.job_id = folded.job_id and c.closed_at is null and coalesce(c.turn, folded.queue_turn) = folded.queue_turn
        where folded.state = 'Queued' and (q.job_id is null) = (c.job_id is null)
           or folded.state <> 'Queued' and q.job_id is not null
        order by folded.job_id
        """;
}
