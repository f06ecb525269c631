using Swath.Persistence.EventSourcing;

namespace Swath.Scheduler.Verification;

/// <summary>
/// Messages of a job that nobody delivers: they could have been for an hour, and are neither in a process's hand nor set aside as faults. And messages of an earlier
/// release that were stored with its events and that nobody has taken over.
/// </summary>
public sealed class MessagesCheck : ITableCheck
{
    /// <inheritdoc/>
    public string? FactsOf(object state) => null;

    // Served by message_pending_job and the primary key of jobs.
    /// <inheritdoc/>
    public string Statement =>
        """
        select folded.job_id, 'message_pending', 'nothing waits for an hour', count(*) || ' message(s), such as one to ' || min(m.destination)
        from folded
        join message_pending m on m.job_id = folded.job_id
        where m.writer is null and m.faulted_at is null and m.next_try < swath_now() - interval '1 hour'
        group by folded.job_id
        union all
        select folded.job_id, 'jobs.delivered_version', j.version::text, j.delivered_version::text
        from folded
        join jobs j on j.job_id = folded.job_id
        where j.delivered_version < j.version and j.updated_at < swath_now() - interval '1 hour'
          and folded.state not in ('Completed', 'PartiallyCompleted', 'Failed', 'Cancelled')
        """;
}
