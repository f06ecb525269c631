namespace Swath.Contracts;

/// <summary>Command to Scheduler: choose the endpoint's variant for a job.</summary>
public sealed record SelectVariant
{
    public required Guid JobId { get; init; }
    public required ModelEndpoint Endpoint { get; init; }
}
