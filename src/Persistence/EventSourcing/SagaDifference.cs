namespace Swath.Persistence.EventSourcing;

/// <summary>A place where a row of <c>jobs</c> is not what its events fold to.</summary>
/// <param name="JobId">The job; null for what belongs to no single one.</param>
/// <param name="Column">The column; <c>job_id</c> when the row, or its events, are missing altogether.</param>
/// <param name="Expected">What the events fold to, as PostgreSQL prints it; null is SQL's null.</param>
/// <param name="Actual">What the row holds.</param>
public sealed record SagaDifference(Guid? JobId, string Column, string? Expected, string? Actual);
