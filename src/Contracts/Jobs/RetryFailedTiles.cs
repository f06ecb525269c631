namespace Swath.Contracts;

/// <summary>
/// Runs the failed tiles of a partially completed job again, and only those; then the result is written whole. Finished tiles are kept for a week after the job's end: later the job fails, and has to be submitted again.
/// </summary>
public sealed record RetryFailedTiles
{
    public required Guid JobId { get; init; }
}
