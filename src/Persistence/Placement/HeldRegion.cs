namespace Swath.Persistence.Placement;

/// <summary>A region that a worker holds.</summary>
public sealed record HeldRegion(Guid JobId, int RegionId, int Attempt, DateTimeOffset PlacedAt, DateTimeOffset? AcceptedAt);
