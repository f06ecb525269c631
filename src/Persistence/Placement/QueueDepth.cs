namespace Swath.Persistence.Placement;

/// <summary>How many jobs wait to be admitted.</summary>
/// <param name="Tenant">Whose.</param>
/// <param name="Reason">A <see cref="Contracts.WaitingReason"/>, by name.</param>
/// <param name="Jobs">Number of jobs, 1 or more.</param>
public sealed record QueueDepth(string Tenant, string Reason, int Jobs);
