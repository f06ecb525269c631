namespace Swath.Persistence.EventSourcing;

/// <summary>What the <c>Accept</c> verb of a state machine needs of a saga. Derive from <see cref="EventSourcedSaga{TState}"/>.</summary>
public interface IEventSourcedSaga
{
    /// <summary>Folds a message into the saga's state and marks it as the event to append.</summary>
    /// <param name="message">The accepted message.</param>
    /// <param name="at">When it is accepted.</param>
    void Accept(object message, DateTimeOffset at);
}
