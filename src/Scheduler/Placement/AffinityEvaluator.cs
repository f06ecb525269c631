using Swath.Contracts;
using Swath.Persistence.Placement;

namespace Swath.Scheduler.Placement;

/// <summary>
/// Which worker may take a region, and which should. Pure.
/// <para>
/// Conflicts are resolved by order: slots, capabilities, hard rules, anti-affinity, then the soft score, then the least
/// loaded worker, then the worker's name. An earlier rule is never bent for a later one: hard beats anti (a job that must run
/// on one worker waits until that worker's forbidden company has gone, and never goes elsewhere), anti beats soft (a preferred
/// worker with forbidden company is no choice at all). Anti-affinity binds both sides: a job that refuses a kind keeps it
/// away as long as it runs. Regions of one job are no company to each other.
/// </para>
/// </summary>
public static class AffinityEvaluator
{
    /// <summary>Score of a worker that meets no soft rule.</summary>
    public const int BaseScore = 50;

    /// <summary>What the preferred worker's id adds.</summary>
    public const int WorkerScore = 50;

    /// <summary>What each preferred tag or capability adds.</summary>
    public const int TagScore = 5;

    /// <summary>The upper end of the score.</summary>
    public const int MaxScore = 100;

    /// <summary>Asks every rule, in order.</summary>
    public static AffinityVerdict Evaluate(PlacementRules rules, WorkerState worker)
    {
        if (worker.FreeSlots == 0)
            return AffinityVerdict.Refused(AffinityRefusal.Slots, $"{worker.Slots} of {worker.Slots} slots taken");
        if (Standing(rules.Affinity.Hard, worker) is { } standing)
            return standing;
        if (Company(rules, worker) is { } company)
            return AffinityVerdict.Refused(AffinityRefusal.Anti, company);
        return new AffinityVerdict(null, Score(rules.Affinity.Soft, worker));
    }

    /// <summary>The rules that do not depend on what the worker runs at the moment: capabilities, worker id, tags.</summary>
    /// <returns>The refusal; null when the worker will do, some time.</returns>
    public static AffinityVerdict? Standing(WorkerRule hard, WorkerState worker)
    {
        foreach (var capability in hard.Capabilities)
        {
            if (!worker.Capabilities.Contains(capability))
                return AffinityVerdict.Refused(AffinityRefusal.Capability, $"capability {capability}");
        }

        if (hard.WorkerId is { } id && id != worker.WorkerId)
            return AffinityVerdict.Refused(AffinityRefusal.Hard, $"worker {id}");
        foreach (var tag in hard.Tags)
        {
            if (!worker.Tags.Contains(tag))
                return AffinityVerdict.Refused(AffinityRefusal.Hard, $"tag {tag}");
        }

        return null;
    }

    /// <summary>Forbidden company on the worker, in words; null when there is none.</summary>
    public static string? Company(PlacementRules rules, WorkerState worker)
    {
        foreach (var kind in rules.Affinity.AntiJobKinds)
        {
            // The job's own regions are guarded ones, since the job refuses company.
            if (worker.Kinds.TryGetValue(kind, out var running)
                && running > worker.Guarded.Count(region => region.JobId == rules.JobId && region.Kind == kind))
            {
                return $"not beside kind {kind}";
            }
        }

        foreach (var guarded in worker.Guarded)
        {
            if (guarded.JobId != rules.JobId && guarded.AntiKinds.Contains(rules.Kind))
                return $"job {guarded.JobId} refuses kind {rules.Kind} beside it";
        }

        return null;
    }

    /// <summary>Soft affinity: 50, +50 for the worker, +5 for each tag and capability, at most 100.</summary>
    public static int Score(WorkerRule soft, WorkerState worker)
    {
        var score = BaseScore;
        if (soft.WorkerId == worker.WorkerId)
            score += WorkerScore;
        score += TagScore * (soft.Tags.Count(worker.Tags.Contains) + soft.Capabilities.Count(worker.Capabilities.Contains));
        return Math.Min(score, MaxScore);
    }

    /// <summary>The best of several workers for one region.</summary>
    /// <returns>Null when every one is refused.</returns>
    public static WorkerState? Choose(PlacementRules rules, IEnumerable<WorkerState> workers) => workers
        .Select(worker => (Worker: worker, Verdict: Evaluate(rules, worker)))
        .Where(choice => choice.Verdict.IsEligible)
        .OrderByDescending(choice => choice.Verdict.Score)
        .ThenBy(choice => (double)choice.Worker.Busy / choice.Worker.Slots)
        .ThenBy(choice => choice.Worker.WorkerId, StringComparer.Ordinal)
        .Select(choice => choice.Worker)
        .FirstOrDefault();

    /// <summary>Which hard rule no living worker meets, in words.</summary>
    public static string MissingRule(WorkerRule hard, IReadOnlyCollection<WorkerState> workers)
    {
        if (workers.Count == 0)
            return "no worker is alive: start one with `swath up`";
        if (hard.WorkerId is { } id && workers.All(worker => worker.WorkerId != id))
            return $"no living worker is called {id}";
        foreach (var capability in hard.Capabilities)
        {
            if (workers.All(worker => !worker.Capabilities.Contains(capability)))
                return $"no living worker has the capability {capability}";
        }

        foreach (var tag in hard.Tags)
        {
            if (workers.All(worker => !worker.Tags.Contains(tag)))
                return $"no living worker has the tag {tag}";
        }

        string[] rules =
        [
            .. hard.WorkerId is null ? [] : new[] { $"worker {hard.WorkerId}" },
            .. hard.Capabilities.Select(capability => $"capability {capability}"),
            .. hard.Tags.Select(tag => $"tag {tag}"),
        ];
        return $"no living worker meets all of: {string.Join(", ", rules)}";
    }
}
