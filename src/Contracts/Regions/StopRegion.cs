namespace Swath.Contracts;

/// <summary>
/// Command to one worker: a region was taken from it (its job was cancelled or paused, its lease lapsed), stop it and report nothing. Sent to the worker's
/// own queue. One that is lost costs little: the worker learns the same with its next heartbeat.
/// </summary>
public sealed record StopRegion
{
    public required Guid JobId { get; init; }
    public required int RegionId { get; init; }

    /// <summary>The fencing token of the placement that was taken away.</summary>
    public required int Attempt { get; init; }

    public required string WorkerId { get; init; }
}
