using Swath.Persistence.Outbox;

namespace Swath.Persistence.EventSourcing;

/// <summary>An event on its way into the store, or a row of the state table that was left behind.</summary>
internal sealed class PendingAppend<TState>
{
    private readonly TaskCompletionSource<AppendOutcome> _outcome = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public required Guid JobId { get; init; }
    public required int Version { get; init; }
    public required Guid MessageId { get; init; }
    public required string Type { get; init; }
    public required string Data { get; init; }
    public required DateTimeOffset OccurredAt { get; init; }

    /// <summary>What the saga sent with the event.</summary>
    public IReadOnlyList<OutgoingMessage> Outgoing { get; init; } = [];

    /// <summary>The state after the event.</summary>
    public required TState State { get; init; }

    /// <summary>False when the event is in the store already, and only its row is not.</summary>
    public bool IsEvent { get; init; } = true;

    /// <summary>False when the row may wait.</summary>
    public bool WritesRow { get; init; } = true;

    /// <summary>The log's row with what the saga sent; null while it is not appended, or when it sent nothing.</summary>
    public LogEntry? Logged { get; private set; }

    public Task<AppendOutcome> Outcome => _outcome.Task;

    public void Complete(AppendOutcome outcome, LogEntry? logged = null)
    {
        Logged = logged;
        _outcome.TrySetResult(outcome);
    }

    public void Fail(Exception exception) => _outcome.TrySetException(exception);
}
