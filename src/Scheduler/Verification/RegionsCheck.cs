using System.Text.Json;
using Swath.Persistence.EventSourcing;
using Swath.Scheduler.Jobs;

namespace Swath.Scheduler.Verification;

/// <summary>
/// <c>job_regions</c> against the fold: a job that is under way has every region; one that has ended in the fold has ended in the table, in the same way; no token in
/// the fold is newer. The table is ahead of the fold while a message is on its way. Of jobs that are over the rows go in time.
/// </summary>
public sealed class RegionsCheck : ITableCheck
{
    /// <inheritdoc/>
    public string? FactsOf(object state) => state is ImageJob { HasRegions: true } job
        ? JsonSerializer.Serialize(job.Regions.Select(region => new { region.Attempt, Outcome = region.Outcome?.ToString() }))
        : null;

    // Served by the primary key of job_regions.
    /// <inheritdoc/>
    public string Statement =>
        """
        select f.job_id, 'job_regions.' || f.region_id,
               concat_ws(' ', 'attempt', f.attempt, lower(f.outcome)),
               case when r.job_id is null then 'no row' else concat_ws(' ', 'attempt', r.attempt, r.outcome) end
        from (
          select folded.job_id, folded.state, (fact.n - 1)::int as region_id, (fact.value ->> 'Attempt')::int as attempt, fact.value ->> 'Outcome' as outcome
          from folded, jsonb_array_elements(folded.facts) with ordinality as fact (value, n)
        ) f
        left join job_regions r on r.job_id = f.job_id and r.region_id = f.region_id
        where r.job_id is null and f.state in ('Queued', 'Running', 'Paused', 'Assembling')
           or r.attempt < f.attempt
           or r.job_id is not null and f.outcome = 'Completed' and r.outcome is distinct from 'completed'
           or r.job_id is not null and f.outcome = 'Failed' and coalesce(r.outcome, 'completed') = 'completed'
        order by f.job_id, f.region_id
        """;
}
