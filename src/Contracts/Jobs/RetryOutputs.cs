namespace Swath.Contracts;

/// <summary>
/// Writes the outputs of a job again that could not be written, and only those, from the tiles that are finished: no model is asked. Finished
/// tiles are kept for a week after the job's end: later there is nothing to write.
/// </summary>
public sealed record RetryOutputs
{
    public required Guid JobId { get; init; }
}
