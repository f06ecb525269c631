namespace Swath.Scheduler.Ordering;

/// <summary>
/// Walks the heads of one endpoint variant's queue in the order in which they are to be admitted.
/// <para>
/// Jobs of equal static priority (base x tier weight) form a class. The class whose oldest job has the highest effective
/// priority is next: ageing lets a low class pass a high one, so that no class starves. Inside the class the tenant that was
/// served least is next (start-time fair queueing over load per tier weight): a tenant's flood is in nobody's way but its
/// own. Inside the tenant, the oldest job is next.
/// </para>
/// </summary>
internal sealed class FairOrder
{
    private readonly SchedulerOptions _options;
    private readonly DateTimeOffset _now;
    private readonly Dictionary<string, double> _served;
    private readonly List<PriorityClass> _classes;
    private Lane? _last;

    /// <param name="heads">The first waiting jobs of each tenant, base priority and rule.</param>
    /// <param name="tenants">The standing of every tenant that is named.</param>
    /// <param name="virtualTime">The start tag of the job that was admitted last.</param>
    /// <param name="depth">Heads were read this deep: a lane with as many may have more behind them.</param>
    /// <param name="options">Weights.</param>
    /// <param name="now">The moment of the decision.</param>
    public FairOrder(
        IEnumerable<WaitingJob> heads, IReadOnlyDictionary<string, TenantStanding> tenants, double virtualTime, int depth,
        SchedulerOptions options, DateTimeOffset now)
    {
        _options = options;
        _now = now;
        Tenants = tenants;
        VirtualTime = virtualTime;
        _served = tenants.ToDictionary(tenant => tenant.Key, tenant => tenant.Value.Served, StringComparer.Ordinal);
        _classes =
        [
            .. heads
                .GroupBy(job => (job.Tenant, job.Priority, job.Rule))
                .Select(group => new Lane(
                    tenants[group.Key.Tenant],
                    EffectivePriority.Static(group.Key.Priority, tenants[group.Key.Tenant].Tier),
                    new Queue<WaitingJob>(group.OrderBy(job => job.QueuedAt).ThenBy(job => job.JobId)),
                    depth))
                .GroupBy(lane => options.EnablePriority ? lane.Static : 0)
                .Select(lanes => new PriorityClass(lanes.Key, [.. lanes])),
        ];
    }

    public IReadOnlyDictionary<string, TenantStanding> Tenants { get; }

    /// <summary>Fair queueing: where the endpoint variant stands after what was admitted.</summary>
    public double VirtualTime { get; private set; }

    /// <summary>Fair queueing: the finish tags of tenants that were served in this walk.</summary>
    public Dictionary<string, double> Shares { get; } = new(StringComparer.Ordinal);

    /// <summary>True once a lane was walked to the end of what was read of it: jobs behind might be next.</summary>
    public bool ReachedUnread { get; private set; }

    /// <summary>The literal effective priority; in plain first come, first served, what the time waited alone is worth.</summary>
    public double EffectivePriorityOf(WaitingJob job) => _options.EnablePriority
        ? EffectivePriority.At(job.Priority, Tenants[job.Tenant].Tier, job.QueuedAt, _now, _options)
        : (_now - job.QueuedAt).TotalMinutes * _options.AgingPointsPerMinute;

    /// <summary>The next job in order. It is passed over unless <see cref="Admit"/> is called before the next call.</summary>
    public WaitingJob? Next()
    {
        PriorityClass? best = null;
        WaitingJob? oldest = null;
        foreach (var candidate in _classes)
        {
            var head = candidate.Oldest().Head;
            if (best is null || ComesBefore(candidate, head, best, oldest!))
                (best, oldest) = (candidate, head);
        }

        if (best is null)
            return null;

        _last = _options.EnablePriority ? best.LeastServed(StartTag) : best.Oldest();
        var job = _last.Jobs.Dequeue();
        if (_last.Jobs.Count == 0)
        {
            ReachedUnread |= _last.MayHaveMore;
            best.Remove(_last);
        }

        if (best.Lanes.Count == 0)
            _classes.Remove(best);
        return job;
    }

    /// <summary>The job of the last <see cref="Next"/> is admitted: its tenant has had its turn.</summary>
    public void Admit(WaitingJob job)
    {
        var start = StartTag(job.Tenant);
        VirtualTime = Math.Max(VirtualTime, start);
        Shares[job.Tenant] = _served[job.Tenant] = start + ((double)job.Load / Tenants[job.Tenant].Tier.Weight);
    }

    /// <summary>Nothing more of this tenant is to be admitted in this walk.</summary>
    public void Drop(string tenant)
    {
        foreach (var group in _classes)
            group.Lanes.RemoveAll(lane => lane.Tenant.Tenant == tenant);
        _classes.RemoveAll(group => group.Lanes.Count == 0);
    }

    private double StartTag(string tenant) => Math.Max(_served[tenant], VirtualTime);

    private bool ComesBefore(PriorityClass one, WaitingJob mine, PriorityClass other, WaitingJob theirs)
    {
        var difference = one.Static + EffectivePriority.Aged(mine.QueuedAt, _now, _options)
            - other.Static - EffectivePriority.Aged(theirs.QueuedAt, _now, _options);
        return difference > 0 || (difference == 0 && mine.QueuedAt < theirs.QueuedAt);
    }

    private sealed class Lane(TenantStanding tenant, double staticPriority, Queue<WaitingJob> jobs, int depth)
    {
        public TenantStanding Tenant => tenant;
        public double Static => staticPriority;
        public Queue<WaitingJob> Jobs => jobs;
        public bool MayHaveMore { get; } = jobs.Count >= depth;
        public WaitingJob Head => jobs.Peek();
    }

    private sealed class PriorityClass(double staticPriority, List<Lane> lanes)
    {
        public double Static => staticPriority;
        public List<Lane> Lanes => lanes;

        public Lane Oldest()
        {
            var oldest = lanes[0];
            foreach (var lane in lanes)
            {
                if (IsOlder(lane.Head, oldest.Head))
                    oldest = lane;
            }

            return oldest;
        }

        public Lane LeastServed(Func<string, double> startTag)
        {
            var best = lanes[0];
            var least = startTag(best.Tenant.Tenant);
            foreach (var lane in lanes)
            {
                var tag = startTag(lane.Tenant.Tenant);
                if (tag < least || (tag == least && IsOlder(lane.Head, best.Head)))
                    (best, least) = (lane, tag);
            }

            return best;
        }

        public void Remove(Lane lane) => lanes.Remove(lane);

        private static bool IsOlder(WaitingJob one, WaitingJob other) =>
            one.QueuedAt < other.QueuedAt || (one.QueuedAt == other.QueuedAt && one.JobId.CompareTo(other.JobId) < 0);
    }
}
