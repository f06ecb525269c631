namespace Swath.Persistence.Placement;

/// <summary>A region of a running job that has no worker yet, or no longer.</summary>
public sealed record UnassignedRegion
{
    public required Guid JobId { get; init; }
    public required int RegionId { get; init; }
    public required string Kind { get; init; }

    /// <summary>The job's <see cref="Contracts.Affinity"/> as JSON; absent when it has no rules.</summary>
    public string? Affinity { get; init; }

    /// <summary>Why it wants a worker, in words.</summary>
    public required string Because { get; init; }
}

/// <summary>A decision: this region to that worker.</summary>
public sealed record RegionAssignment(UnassignedRegion Region, string WorkerId);
