using Swath.Contracts;
using Swath.Persistence.Capacity;
using Swath.Scheduler.Ordering;
using Swath.Scheduler.Placement;

namespace Swath.Scheduler.Admission;

/// <summary>
/// Decides who is admitted to one endpoint variant: walks its queue in order and gives room, while there is any, to whoever
/// may run. No clock, no database: what it is given decides.
/// </summary>
internal sealed class Nominator(
    LedgerEntry ledger, QueueHeads heads, PlacementBoard board, SchedulerOptions options, DateTimeOffset now, Func<Guid, string?>? refusal = null)
{
    private readonly FairOrder _order = new(heads.Jobs, heads.Tenants, ledger.VirtualTime, heads.Depth, options, now);
    private readonly Dictionary<string, int> _running = heads.Tenants.ToDictionary(tenant => tenant.Key, tenant => tenant.Value.Running);
    private readonly List<AdmissionCandidate> _candidates = [];
    private readonly List<WaitingVerdict> _passedOver = [];
    private int _available = ledger.Available;

    /// <summary>The highest effective priority of a job that could run and did not fit: it saves up for itself.</summary>
    private double? _savingUpFor;

    public Nomination Run()
    {
        while (_candidates.Count < options.BatchSize && !IsFull && _order.Next() is { } job)
        {
            if (Consider(job) is { } verdict)
                _passedOver.Add(verdict);
            // Behind what was read of a tenant's jobs there may be one that is next: look again after this batch.
            if (_candidates.Count > 0 && (_order.ReachedUnread || _candidates[^1].Alone))
                break;
        }

        // Heads that their company keeps from the free slots, or that were refused, may hide one that is free to go there.
        var hidden = _order.ReachedUnread && board.FreeSlots > 0 && _passedOver.Exists(verdict => verdict.Reason is WaitingReason.NoFreeSlot or WaitingReason.AdmissionRefused);
        var mayHaveMore = hidden || (_candidates.Count > 0 && (_order.ReachedUnread || _candidates.Count == options.BatchSize));
        return new Nomination(_candidates, _passedOver, mayHaveMore, _order.VirtualTime, _order.Shares);
    }

    /// <summary>
    /// This batch has taken all there was. Who is left waits for the one reason that all of them share: it is written by the survey, so that an
    /// admission costs the same however many wait behind it.
    /// </summary>
    private bool IsFull => options.ThrottlingEnabled && _candidates.Count > 0 && _available <= 0;

    /// <summary>Admits the job, or says why not.</summary>
    private WaitingVerdict? Consider(WaitingJob job)
    {
        var tenant = _order.Tenants[job.Tenant];
        if (_running[job.Tenant] >= tenant.RunningLimit)
        {
            _order.Drop(job.Tenant);
            return new WaitingVerdict(job, WaitingReason.TenantLimit, $"tenant {job.Tenant} ({tenant.Tier.Name}) may run {tenant.RunningLimit} jobs at once");
        }

        if (refusal?.Invoke(job.JobId) is { } refused)
            return new WaitingVerdict(job, WaitingReason.AdmissionRefused, $"the database refused it: {refused}");

        // A job that no living worker can take is in nobody's way, however large or old.
        if (board.MissingRule(job.Affinity) is { } rule)
            return new WaitingVerdict(job, WaitingReason.NoEligibleWorker, rule, board.MissingKind(job.Affinity));

        var alone = false;
        if (options.ThrottlingEnabled && !Fits(job, out alone))
        {
            _savingUpFor = Math.Max(_savingUpFor ?? double.MinValue, _order.EffectivePriorityOf(job));
            return new WaitingVerdict(job, WaitingReason.WaitingForCapacity, $"needs {job.Load} of {ledger.Target}");
        }

        if (options.ThrottlingEnabled && IsSavedFromPassing(job))
            return new WaitingVerdict(job, WaitingReason.BehindLargerJob, "capacity is saved up for a larger job that has waited longer");

        // Of a job that is larger than the endpoint, as many regions as fit at once.
        var regions = alone ? (int)Math.Max(1, (long)ledger.Target * job.Regions / job.Load) : job.Regions;
        var placement = board.TryPlace(job.JobId, job.Kind, job.Affinity, regions);
        if (placement.Outcome != PlacementOutcome.Placed)
            return new WaitingVerdict(job, WaitingReason.NoFreeSlot, placement.Rule ?? "no free slot", placement.Refusal);

        _available -= job.Load;
        _running[job.Tenant]++;
        _order.Admit(job);
        _candidates.Add(new AdmissionCandidate
        {
            JobId = job.JobId,
            Tenant = job.Tenant,
            LoadPerRegion = job.LoadPerRegion,
            Alone = alone,
            Unchecked = !options.ThrottlingEnabled,
            Workers = placement.Workers,
        });
        return null;
    }

    /// <summary>There is room; or the endpoint is idle, and the job, larger than all of it, has it alone.</summary>
    private bool Fits(WaitingJob job, out bool alone)
    {
        alone = job.Load > _available && ledger.IsIdle && _candidates.Count == 0 && ledger.MaxCapacity > 0;
        return job.Load <= _available || alone;
    }

    private bool IsSavedFromPassing(WaitingJob job) =>
        _savingUpFor - _order.EffectivePriorityOf(job) >= options.PassingMinutes * options.AgingPointsPerMinute;
}
