namespace Swath.Persistence.Placement;

/// <summary>A living worker as placement sees it, at one moment.</summary>
public sealed record WorkerState
{
    public required string WorkerId { get; init; }

    /// <summary>Regions at once, 1 or more.</summary>
    public required int Slots { get; init; }

    /// <summary>Regions that are placed on it and have not ended, accepted or not.</summary>
    public required int Busy { get; init; }

    public required IReadOnlyList<string> Tags { get; init; }
    public required IReadOnlyList<string> Capabilities { get; init; }

    /// <summary>Grows with every placement on the worker: the one that decided on an older figure has lost.</summary>
    public required long Version { get; init; }

    /// <summary>The kinds of job whose regions it holds, with their number.</summary>
    public required IReadOnlyDictionary<string, int> Kinds { get; init; }

    /// <summary>Jobs on the worker that refuse company: one entry per region of them.</summary>
    public required IReadOnlyList<GuardedRegion> Guarded { get; init; }

    public int FreeSlots => Math.Max(0, Slots - Busy);
}

/// <summary>A region whose job named kinds of job that may not run beside it.</summary>
public sealed record GuardedRegion(Guid JobId, string Kind, IReadOnlyList<string> AntiKinds);
