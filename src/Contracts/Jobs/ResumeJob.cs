namespace Swath.Contracts;

/// <summary>Puts a paused job back into the queue.</summary>
public sealed record ResumeJob
{
    public required Guid JobId { get; init; }

    /// <inheritdoc cref="PauseJob.AskedAt"/>
    public DateTimeOffset? AskedAt { get; init; }
}
