using Swath.Contracts;

namespace Swath.Scheduler.Admission;

/// <summary>Why a job is where it is, and what would move it on.</summary>
public sealed record JobExplanation
{
    public required Guid JobId { get; init; }

    /// <summary>As in <c>jobs.state</c>.</summary>
    public required string State { get; init; }

    /// <summary>Why a queued job was not admitted yet; null in every other state, and once it is admitted.</summary>
    public WaitingReason? Reason { get; init; }

    /// <summary>One sentence on what stands in the way.</summary>
    public required string Detail { get; init; }

    /// <summary>Place in the queue of its endpoint variant at this moment, from 1; null when it does not stand in a queue.</summary>
    public int? Position { get; init; }

    /// <summary>Jobs that wait for the same endpoint variant.</summary>
    public int? Waiting { get; init; }

    /// <summary>base priority x tier weight + what waiting has added.</summary>
    public double? EffectivePriority { get; init; }

    /// <summary>What would let the job go on, in words; each one alone.</summary>
    public IReadOnlyList<string> Unblocks { get; init; } = [];
}
