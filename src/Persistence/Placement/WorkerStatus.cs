namespace Swath.Persistence.Placement;

/// <summary>A heartbeat.</summary>
/// <param name="WorkerId">The worker.</param>
/// <param name="Incarnation">The start of the process that beats.</param>
/// <param name="Draining">True once the worker wants no more regions; a drain that an operator asked for stays.</param>
public sealed record WorkerStatus(string WorkerId, Guid Incarnation, bool Draining = false);
