namespace Swath.Persistence.EventSourcing;

/// <summary>An event on its way into the store.</summary>
internal sealed class PendingAppend<TState>
{
    private readonly TaskCompletionSource<AppendOutcome> _outcome = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public required Guid JobId { get; init; }
    public required int Version { get; init; }
    public required Guid MessageId { get; init; }
    public required string Type { get; init; }
    public required string Data { get; init; }
    public required DateTimeOffset OccurredAt { get; init; }
    public required string? Outgoing { get; init; }

    /// <summary>The state after the event.</summary>
    public required TState State { get; init; }

    /// <summary>The messages of all versions up to this one are known to be delivered; 0 when that is not known.</summary>
    public required int DeliveredVersion { get; init; }

    public Task<AppendOutcome> Outcome => _outcome.Task;

    public void Complete(AppendOutcome outcome) => _outcome.TrySetResult(outcome);

    public void Fail(Exception exception) => _outcome.TrySetException(exception);
}
