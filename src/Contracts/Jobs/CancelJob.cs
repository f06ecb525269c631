namespace Swath.Contracts;

/// <summary>Asks to stop a job for good; capacity is given back and running tiles stop.</summary>
public sealed record CancelJob
{
    public required Guid JobId { get; init; }
    public string? Reason { get; init; }
}
