namespace Swath.Contracts;

/// <summary>There is no result, and nothing of it was assembled.</summary>
public sealed record JobFailed
{
    public required Guid JobId { get; init; }
    public required string Reason { get; init; }
}
