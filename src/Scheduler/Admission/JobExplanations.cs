using Microsoft.Extensions.Options;
using Npgsql;
using Swath.Contracts;
using Swath.Persistence.Capacity;
using Swath.Persistence.Placement;
using Swath.Persistence.Tenants;
using Swath.Scheduler.Capacity;
using Swath.Scheduler.Jobs;
using Swath.Scheduler.Ordering;
using Swath.Scheduler.Placement;

namespace Swath.Scheduler.Admission;

/// <summary>Answers <c>swath explain JOB</c>: looks at the job, its endpoint, its tenant and the workers as they are now.</summary>
public sealed class JobExplanations(
    NpgsqlDataSource database, CapacityLedger ledger, WorkerRegistry workers, IOptionsMonitor<SchedulerOptions> options, TimeProvider time)
{
    // Deep enough to give an exact position to any job that runs soon.
    private const int Depth = 1_000;

    /// <summary>Explains one job.</summary>
    /// <returns>Null when there is no such job.</returns>
    public async Task<JobExplanation?> ExplainAsync(Guid jobId, CancellationToken cancellationToken = default)
    {
        var job = await ReadAsync(jobId, cancellationToken).ConfigureAwait(false);
        if (job is null)
            return null;
        if (job.State != JobStatus.Queued)
            return new JobExplanation { JobId = jobId, State = job.State, Detail = Describe(job), Unblocks = Retries(job) };
        if (job.Admitted)
            return new JobExplanation { JobId = jobId, State = job.State, Detail = "admitted: capacity is reserved, its regions are on their way to their workers" };
        return await ExplainWaitingAsync(job, cancellationToken).ConfigureAwait(false);
    }

    private async Task<JobExplanation> ExplainWaitingAsync(ExplainedJob job, CancellationToken cancellationToken)
    {
        var board = new PlacementBoard(await workers.GetLivingWorkersAsync(cancellationToken).ConfigureAwait(false));
        var entry = (await ledger.ReadAsync(job.Key.Endpoint, cancellationToken).ConfigureAwait(false)).SingleOrDefault(entry => entry.Key == job.Key);
        var tier = TenantTier.Named(job.Tier);
        var queue = new WaitingQueue(database, time);
        await queue.LookAsync(cancellationToken).ConfigureAwait(false);
        var explanation = new JobExplanation
        {
            JobId = job.JobId,
            State = job.State,
            Detail = "",
            Waiting = queue.LanesOf(job.Key).Where(lane => board.MissingRule(lane.Affinity) is null).Sum(lane => lane.Jobs),
            EffectivePriority = EffectivePriority.At(job.Priority, tier, job.QueuedAt, time.GetUtcNow(), options.CurrentValue),
        };

        // A job that no worker can take stands in no queue.
        if (board.MissingRule(job.Affinity) is { } rule)
        {
            return explanation with
            {
                Reason = WaitingReason.NoEligibleWorker,
                Detail = rule,
                Unblocks = board.Workers.Count == 0 ? ["start a worker"] : ["start a worker that meets the rule", "submit the job again without the rule"],
            };
        }

        if (entry is { MaxCapacity: 0, Problem: null })
        {
            return explanation with
            {
                Reason = WaitingReason.WaitingForCapacity,
                Detail = $"endpoint {job.Key} has no instance: it can take no request now",
                Unblocks = ["the endpoint scales up; its capacity is read again every few minutes"],
            };
        }

        if (entry is null || entry.MaxCapacity == 0)
        {
            return explanation with
            {
                Reason = WaitingReason.EndpointUnknown,
                Detail = entry?.Problem ?? (job.Reason is WaitingReason.EndpointUnknown ? job.Detail : null) ?? $"the capacity of endpoint {job.Key} is not known",
                Unblocks = ["create the endpoint, or correct its name and submit the job again", "allow Swath to describe it"],
            };
        }

        explanation = explanation with { Position = await PositionAsync(queue, job, entry, board, cancellationToken).ConfigureAwait(false) };
        var limit = job.MaxRunning ?? tier.MaxRunning;
        if (job.Running >= limit)
        {
            return explanation with
            {
                Reason = WaitingReason.TenantLimit,
                Detail = $"tenant {job.Tenant} ({tier.Name}) runs {job.Running} jobs and may run {limit} at once",
                Unblocks = [$"one of the tenant's {job.Running} running jobs ends", "raise tenants.max_running or the tenant's tier"],
            };
        }

        return Explain(explanation, job, entry, board);
    }

    private JobExplanation Explain(JobExplanation explanation, ExplainedJob job, LedgerEntry entry, PlacementBoard board)
    {
        if (options.CurrentValue.ThrottlingEnabled && job.Load > entry.Available && !entry.IsIdle)
        {
            var single = job.Load > entry.Target;
            return explanation with
            {
                Reason = WaitingReason.WaitingForCapacity,
                Detail = $"needs {job.Load}, available {entry.Available} of target {entry.Target} on endpoint {entry.Key}; {entry.Reserved} reserved by {entry.Holders} jobs",
                Unblocks =
                [
                    single
                        ? $"all {entry.Holders} jobs on the endpoint end: this one is larger than its target and will have it alone"
                        : $"regions that hold {job.Load - entry.Available} requests end",
                    $"the endpoint grows, or CAPACITY_TARGET_PERCENTAGE ({options.CurrentValue.CapacityTargetPercentage}) is raised",
                ],
            };
        }

        if (job.Reason is WaitingReason.AdmissionRefused)
        {
            return explanation with
            {
                Reason = WaitingReason.AdmissionRefused,
                Detail = job.Detail ?? "the database refused to admit it",
                Unblocks = ["what the database objects to is mended: it is tried again by itself, every ten minutes at least", "cancel it and submit it again"],
            };
        }

        if (job.Reason is WaitingReason.BehindLargerJob)
        {
            return explanation with
            {
                Reason = WaitingReason.BehindLargerJob,
                Detail = job.Detail ?? "capacity is saved up for a larger job that has waited longer",
                Unblocks = ["the larger job is admitted", "the larger job is cancelled"],
            };
        }

        var placement = board.TryPlace(job.JobId, job.Kind, job.Affinity, regions: 1);
        if (placement.Outcome == PlacementOutcome.NoFreeSlot)
        {
            return explanation with
            {
                Reason = WaitingReason.NoFreeSlot,
                Detail = placement.Rule ?? "no eligible worker has a free slot",
                Unblocks = ["a region on an eligible worker ends", "start another worker"],
            };
        }

        return explanation with
        {
            Reason = explanation.Position > 1 ? WaitingReason.WaitingForCapacity : WaitingReason.NotConsidered,
            Detail = explanation.Position > 1
                ? $"{explanation.Position - 1} jobs are ahead in the queue of endpoint {entry.Key}"
                : "it fits: the next admission cycle starts it",
            Unblocks = [explanation.Position > 1 ? "the jobs ahead are admitted" : "a running scheduler"],
        };
    }

    private async Task<int?> PositionAsync(WaitingQueue queue, ExplainedJob job, LedgerEntry entry, PlacementBoard board, CancellationToken cancellationToken)
    {
        var heads = (await queue.ReadAsync(job.Key, Depth, affinity => board.MissingRule(affinity) is null, cancellationToken).ConfigureAwait(false)).With(entry);
        var order = new FairOrder(heads.Jobs, heads.Tenants, entry.VirtualTime, heads.Depth, options.CurrentValue, time.GetUtcNow());
        var position = 0;
        while (order.Next() is { } next)
        {
            position++;
            if (next.JobId == job.JobId)
                return position;
            order.Admit(next);
        }

        return null;
    }

    private static string Describe(ExplainedJob job) => job.State switch
    {
        JobStatus.Requested => "the image is being measured and the endpoint's variant chosen",
        JobStatus.Running => job.Wanted > 0
            ? $"{job.Placed} regions are with workers, {job.Wanted} wait for a free slot"
            : $"{job.Placed} regions are with workers",
        JobStatus.Assembling => "all regions have ended: features are distilled and written",
        JobStatus.Paused => "paused: resume it with POST /v1/jobs/{id}/resume",
        _ => job.Failure is null ? $"over: {job.State}" : $"over: {job.State}, {job.Failure}",
    };

    private static string[] Retries(ExplainedJob job)
    {
        if (job.State is not (JobStatus.PartiallyCompleted or JobStatus.Failed) || job.Regions == 0)
            return [];
        List<string> ways = [];
        if (job.LacksTiles)
            ways.Add($"the failed tiles are run again: 'swath retry {job.JobId} --failed-tiles', within 7 days of the job's end");
        if (job.LacksOutputs)
            ways.Add($"what the outputs named above need is mended, and they are written again: 'swath retry {job.JobId} --outputs', within 7 days of the job's end");
        return [.. ways];
    }

    private async Task<ExplainedJob?> ReadAsync(Guid jobId, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(
            """
            select j.state, j.endpoint, coalesce(j.variant, ''), j.tenant, coalesce(j.priority, 0), coalesce(j.queued_at, j.updated_at),
                   nullif(j.regions_total, 0) - coalesce(j.regions_done, 0) - coalesce(j.regions_failed, 0), greatest(1, coalesce(j.tile_workers, 1)),
                   coalesce(j.kind, ''), j.affinity::text, q.reason, q.detail, j.failure, q.job_id is null,
                   t.tier, (select count(*)::int from capacity_reservations c where c.tenant = j.tenant and c.closed_at is null), t.max_running,
                   (select count(*) from job_regions r where r.job_id = j.job_id and r.ended_at is null and r.worker_id is not null)::int,
                   (select count(*) from job_regions r where r.job_id = j.job_id and r.wanted_since is not null)::int,
                   coalesce(j.regions_total, 0), coalesce(j.tiles_failed > 0 or j.regions_done + j.regions_failed < j.regions_total, false),
                   coalesce(j.outputs_failed > 0 or (j.state = 'Failed' and j.regions_done > 0 and j.regions_done + j.regions_failed = j.regions_total), false),
                   q.load
              from jobs j left join queue q on q.job_id = j.job_id left join tenants t on t.tenant = j.tenant where j.job_id = $1
            """);
        command.Parameters.Add(new NpgsqlParameter { Value = jobId });
        await using var row = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
        if (!await row.ReadAsync(cancellationToken).ConfigureAwait(false))
            return null;
        string? Text(int column) => row.IsDBNull(column) ? null : row.GetString(column);
        return new ExplainedJob(
            jobId, row.GetString(0), new EndpointVariant(Text(1) ?? "", row.GetString(2)), Text(3) ?? "", row.GetInt32(4),
            row.GetFieldValue<DateTimeOffset>(5), row.IsDBNull(22) ? JobLoad.Of(row.IsDBNull(6) ? null : Math.Max(1, row.GetInt32(6)), row.GetInt32(7)) : row.GetInt32(22),
            row.GetString(8), Text(9), Enum.TryParse<WaitingReason>(Text(10), out var reason) ? reason : null, Text(11), Text(12), row.GetBoolean(13),
            Text(14), row.GetInt32(15), row.IsDBNull(16) ? null : row.GetInt32(16), row.GetInt32(17), row.GetInt32(18),
            row.GetInt32(19), row.GetBoolean(20), row.GetBoolean(21));
    }

    private sealed record ExplainedJob(
        Guid JobId, string State, EndpointVariant Key, string Tenant, int Priority, DateTimeOffset QueuedAt, int Load, string Kind,
        string? Affinity, WaitingReason? Reason, string? Detail, string? Failure, bool Admitted, string? Tier, int Running, int? MaxRunning,
        int Placed, int Wanted, int Regions, bool LacksTiles, bool LacksOutputs);
}
