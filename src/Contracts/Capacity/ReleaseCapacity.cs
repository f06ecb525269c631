namespace Swath.Contracts;

/// <summary>Command to Scheduler: give back all that the job still holds and stop its regions.</summary>
public sealed record ReleaseCapacity
{
    public required Guid JobId { get; init; }
}
