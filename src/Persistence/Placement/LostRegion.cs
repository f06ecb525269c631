namespace Swath.Persistence.Placement;

/// <summary>A region that was taken from a worker that is gone.</summary>
/// <param name="JobId">The job.</param>
/// <param name="RegionId">Number of the region in its job.</param>
/// <param name="WorkerId">Who held it.</param>
/// <param name="Reason">How it was found out, in words.</param>
/// <param name="Losses">How often a worker was lost with the region in hand.</param>
/// <param name="GivenUp">True when that was too often: the region failed instead of going to the next worker.</param>
public sealed record LostRegion(Guid JobId, int RegionId, string WorkerId, string Reason, int Losses, bool GivenUp);
