namespace Swath.Contracts;

/// <summary>A region goes to a worker under a new attempt: its first one became free, or the one that held it was lost or drained.</summary>
public sealed record RegionReassigned
{
    public required Guid JobId { get; init; }
    public required RegionPlacement Placement { get; init; }
    public required string Reason { get; init; }
}
