namespace Swath.Persistence.Placement;

/// <summary>What a worker holds in its hands: one region under one fencing token.</summary>
/// <param name="JobId">The job.</param>
/// <param name="RegionId">Number of the region in its job, from 0.</param>
/// <param name="Attempt">The fencing token of the placement, 1 or more.</param>
public readonly record struct RegionClaim(Guid JobId, int RegionId, int Attempt);
