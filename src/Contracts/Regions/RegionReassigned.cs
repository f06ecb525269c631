namespace Swath.Contracts;

/// <summary>The worker that held a region was lost or drained; the region goes to another one under a new attempt.</summary>
public sealed record RegionReassigned
{
    public required Guid JobId { get; init; }
    public required RegionPlacement Placement { get; init; }
    public required string Reason { get; init; }
}
