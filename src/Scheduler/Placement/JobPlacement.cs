namespace Swath.Scheduler.Placement;

/// <summary>Whether and where a job's regions can start.</summary>
/// <param name="Outcome">Placed, or why not.</param>
/// <param name="Workers">A worker for each of the job's first regions; at least one when placed.</param>
/// <param name="Rule">When not placed: the rule that stands in the way, in words.</param>
/// <param name="Refusal">When not placed: the kind of that rule.</param>
public readonly record struct JobPlacement(
    PlacementOutcome Outcome, IReadOnlyList<string> Workers, string? Rule = null, AffinityRefusal? Refusal = null);

public enum PlacementOutcome
{
    Placed,

    /// <summary>No living worker meets the hard rules.</summary>
    NoEligibleWorker,

    /// <summary>The workers that do are full, or keep forbidden company.</summary>
    NoFreeSlot,
}
