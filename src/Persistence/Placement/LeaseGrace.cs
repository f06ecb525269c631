namespace Swath.Persistence.Placement;

/// <summary>The database was away, and leases could not be renewed.</summary>
/// <param name="Since">How long ago that began: a lease that had run out before has no grace.</param>
/// <param name="Left">For how long no other lease counts as run out.</param>
public sealed record LeaseGrace(TimeSpan Since, TimeSpan Left);
