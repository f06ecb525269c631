namespace Swath.Persistence.Placement;

/// <summary>The database was away, and leases could not be renewed.</summary>
/// <param name="Since">Since when: a lease that had run out before has no grace.</param>
/// <param name="Until">Until when no other lease counts as run out.</param>
public sealed record LeaseGrace(DateTimeOffset Since, DateTimeOffset Until);
