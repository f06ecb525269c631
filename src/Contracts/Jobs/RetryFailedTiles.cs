namespace Swath.Contracts;

/// <summary>
/// Runs the tiles again that a job that is over lacks, and only those; then the result is written whole, to every output. Finished tiles are kept
/// for a week after the job's end: later the job fails, and has to be submitted again.
/// </summary>
public sealed record RetryFailedTiles
{
    public required Guid JobId { get; init; }
}
