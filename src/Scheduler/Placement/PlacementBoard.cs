using Swath.Contracts;
using Swath.Persistence.Placement;

namespace Swath.Scheduler.Placement;

/// <summary>
/// The workers of one cycle, on which jobs are placed one after another: each sees those before it. Decides as
/// <see cref="AffinityEvaluator"/> does; what depends only on a job's rules and a worker's labels is worked out once per cycle.
/// </summary>
internal sealed class PlacementBoard
{
    private readonly Dictionary<string, WorkerBench> _benches;
    private readonly WorkerBench[] _all;
    private readonly Dictionary<string, EligibleWorkers> _eligible = new(StringComparer.Ordinal);

    public PlacementBoard(IReadOnlyList<WorkerState> workers)
    {
        Workers = workers;
        _all = [.. workers.Select(worker => new WorkerBench(worker))];
        _benches = _all.ToDictionary(bench => bench.State.WorkerId, StringComparer.Ordinal);
        FreeSlots = _all.Sum(bench => bench.Free);
    }

    /// <summary>As they were when the cycle began.</summary>
    public IReadOnlyList<WorkerState> Workers { get; }

    /// <summary>Of all workers, at this moment.</summary>
    public int FreeSlots { get; private set; }

    /// <summary>How many workers were looked at for a region, since the board was made.</summary>
    public long Evaluations { get; private set; }

    /// <summary>Regions that went to a worker with the best score that any living worker has for their job.</summary>
    public long PreferredPlacements { get; private set; }

    /// <summary>Regions placed on workers that somebody had a preference about.</summary>
    public long PreferencePlacements { get; private set; }

    /// <summary>The versions of workers, as far as this cycle knows.</summary>
    public Dictionary<string, long> Versions(IEnumerable<string> workers) =>
        workers.Distinct().ToDictionary(id => id, id => _benches[id].Version, StringComparer.Ordinal);

    /// <summary>This cycle's own placements were committed: their workers' versions have grown by one.</summary>
    public void Committed(IEnumerable<string> workers)
    {
        foreach (var id in workers.Distinct())
            _benches[id].Version++;
    }

    /// <summary>The rule that no living worker meets; null when at least one does.</summary>
    public string? MissingRule(string? affinity)
    {
        var eligible = EligibleFor(affinity);
        return eligible.Benches.Length > 0 ? null : AffinityEvaluator.MissingRule(eligible.Affinity.Hard, Workers);
    }

    /// <summary>The kind of the rule that no living worker meets: a capability, or else a hard rule.</summary>
    public AffinityRefusal MissingKind(string? affinity) =>
        EligibleFor(affinity).Affinity.Hard.Capabilities.Any(capability => Workers.All(worker => !worker.Capabilities.Contains(capability)))
            ? AffinityRefusal.Capability
            : AffinityRefusal.Hard;

    /// <summary>
    /// Places as many of the job's regions as there are slots for. At least one must start at once; the rest follow as slots
    /// become free, so that a job with more regions than the fleet has slots still runs.
    /// </summary>
    public JobPlacement TryPlace(Guid jobId, string kind, string? affinity, int regions)
    {
        var eligible = EligibleFor(affinity);
        if (eligible.Benches.Length == 0)
            return new JobPlacement(PlacementOutcome.NoEligibleWorker, [], AffinityEvaluator.MissingRule(eligible.Affinity.Hard, Workers), MissingKind(affinity));

        var rules = new PlacementRules(jobId, kind, eligible.Affinity);
        var chosen = new List<string>(Math.Min(regions, FreeSlots));
        string? company = null;
        while (chosen.Count < regions && FreeSlots > 0 && Choose(rules, eligible, ref company) is { } bench)
        {
            bench.Take(rules);
            FreeSlots--;
            chosen.Add(bench.State.WorkerId);
        }

        return chosen.Count > 0
            ? new JobPlacement(PlacementOutcome.Placed, chosen)
            : new JobPlacement(PlacementOutcome.NoFreeSlot, [], company ?? $"{eligible.Benches.Length} eligible workers, no free slot",
                company is null ? AffinityRefusal.Slots : AffinityRefusal.Anti);
    }

    private WorkerBench? Choose(PlacementRules rules, EligibleWorkers eligible, ref string? company)
    {
        WorkerBench? best = null;
        var bestScore = -1;
        for (var index = 0; index < eligible.Benches.Length; index++)
        {
            var (bench, score) = (eligible.Benches[index], eligible.Scores[index]);
            if (bench.Free == 0 || score < bestScore || (score == bestScore && bench.Load >= best!.Load))
                continue;
            Evaluations++;
            if (bench.HasCompany && AffinityEvaluator.Company(rules, bench.State) is { } conflict)
            {
                company = $"{bench.State.WorkerId}: {conflict}";
                continue;
            }

            (best, bestScore) = (bench, score);
        }

        if (best is not null && eligible.HasPreference)
        {
            PreferencePlacements++;
            if (bestScore == eligible.BestScore)
                PreferredPlacements++;
        }

        return best;
    }

    private EligibleWorkers EligibleFor(string? affinity)
    {
        if (!_eligible.TryGetValue(affinity ?? "", out var eligible))
            _eligible[affinity ?? ""] = eligible = EligibleWorkers.Among(_all, PlacementRules.Parse(Guid.Empty, "", affinity).Affinity);
        return eligible;
    }

    /// <summary>The workers that meet one set of hard rules, by name, with their soft scores.</summary>
    private sealed record EligibleWorkers(Affinity Affinity, WorkerBench[] Benches, int[] Scores)
    {
        public int BestScore { get; } = Scores.Length == 0 ? 0 : Scores.Max();

        public bool HasPreference { get; } =
            Affinity.Soft.WorkerId is not null || Affinity.Soft.Tags.Count > 0 || Affinity.Soft.Capabilities.Count > 0;

        public static EligibleWorkers Among(WorkerBench[] benches, Affinity affinity)
        {
            WorkerBench[] eligible = [.. benches.Where(bench => AffinityEvaluator.Standing(affinity.Hard, bench.State) is null)];
            return new EligibleWorkers(affinity, eligible, [.. eligible.Select(bench => AffinityEvaluator.Score(affinity.Soft, bench.State))]);
        }
    }

    /// <summary>One worker while it is being filled.</summary>
    private sealed class WorkerBench
    {
        private readonly Dictionary<string, int> _kinds;
        private readonly List<GuardedRegion> _guarded;

        public WorkerBench(WorkerState worker)
        {
            _kinds = new Dictionary<string, int>(worker.Kinds, StringComparer.Ordinal);
            _guarded = [.. worker.Guarded];
            State = worker with { Kinds = _kinds, Guarded = _guarded };
            Busy = worker.Busy;
            Version = worker.Version;
            Load = (double)Busy / worker.Slots;
        }

        public WorkerState State { get; }
        public long Version { get; set; }
        public int Busy { get; private set; }
        public int Free => Math.Max(0, State.Slots - Busy);

        /// <summary>Busy of slots.</summary>
        public double Load { get; private set; }

        public bool HasCompany => Busy > 0;

        public void Take(PlacementRules rules)
        {
            Load = (double)++Busy / State.Slots;
            _kinds[rules.Kind] = _kinds.GetValueOrDefault(rules.Kind) + 1;
            if (rules.Affinity.AntiJobKinds.Count > 0)
                _guarded.Add(new GuardedRegion(rules.JobId, rules.Kind, rules.Affinity.AntiJobKinds));
        }
    }
}
