namespace Swath.Contracts;

/// <summary>No result could be written.</summary>
public sealed record JobFailed
{
    public required Guid JobId { get; init; }
    public required string Reason { get; init; }
}
