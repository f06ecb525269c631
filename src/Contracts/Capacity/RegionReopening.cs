namespace Swath.Contracts;

/// <summary>A region that ended and is to run again for the tiles that it lacks.</summary>
/// <param name="RegionId">Number of the region in its job.</param>
/// <param name="Attempt">The token of its last attempt: a newer one on the board means that the region was opened again already.</param>
public sealed record RegionReopening(int RegionId, int Attempt);
