using MassTransit;

namespace Swath.Persistence.EventSourcing;

/// <summary>
/// A saga whose state is the fold of the messages that it accepted. The state machine decides and sends;
/// <see cref="IFold{TState}.Apply"/> alone changes the state. Map the machine's state with <c>InstanceState(x => x.CurrentState)</c>.
/// </summary>
/// <typeparam name="TState">The folded state.</typeparam>
public abstract class EventSourcedSaga<TState> : SagaStateMachineInstance, IEventSourcedSaga where TState : class, IFold<TState>
{
    /// <summary>The id of the stream.</summary>
    public Guid CorrelationId { get; set; }

    /// <summary>The state machine's own state; must equal <see cref="IFold{TState}.Status"/> when a message has been handled.</summary>
    public string? CurrentState { get; set; }

    /// <summary>The fold of all accepted messages, the one at hand included.</summary>
    public TState State { get; private set; } = TState.Initial;

    /// <summary>How many events the stream has; 0 before the first.</summary>
    public int Version { get; private set; }

    /// <summary>The message that is being accepted; null while none is.</summary>
    internal AcceptedEvent? Accepted { get; private set; }

    internal int AcceptedCount { get; private set; }

    /// <inheritdoc/>
    public void Accept(object message, DateTimeOffset at)
    {
        ArgumentNullException.ThrowIfNull(message);
        var occurredAt = EventTime.Truncate(at);
        State = State.Apply(message, occurredAt);
        Version++;
        Accepted = new AcceptedEvent(message, occurredAt);
        AcceptedCount++;
    }

    internal void Load(Guid id, TState state, int version)
    {
        CorrelationId = id;
        State = state;
        Version = version;
        CurrentState = state.Status;
    }
}
