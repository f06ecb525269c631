namespace Swath.Scheduler.Placement;

/// <summary>What <see cref="AffinityEvaluator"/> says of one worker for one job.</summary>
/// <param name="Refusal">The first rule that refuses the worker; null when it may take a region.</param>
/// <param name="Score">Soft affinity, 0..100; 0 for a refused worker.</param>
/// <param name="Rule">The rule that refused, in words: <c>tag hardware=gpu</c>.</param>
public readonly record struct AffinityVerdict(AffinityRefusal? Refusal, int Score, string? Rule = null)
{
    public bool IsEligible => Refusal is null;

    public static AffinityVerdict Refused(AffinityRefusal refusal, string rule) => new(refusal, 0, rule);
}

/// <summary>The rules in the order in which they are asked.</summary>
public enum AffinityRefusal
{
    /// <summary>The worker has no free slot.</summary>
    Slots,

    /// <summary>The worker lacks a capability that the job must have.</summary>
    Capability,

    /// <summary>The worker is not the one, or lacks a tag, that the job must have.</summary>
    Hard,

    /// <summary>The worker runs a kind of job that must not run beside this one, in either's opinion.</summary>
    Anti,
}
