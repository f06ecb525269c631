namespace Swath.Persistence.EventSourcing;

/// <summary>
/// The state of one stream: an immutable value that is the fold of its events and of nothing else. Implementations are pure:
/// no clock, no I/O, no random numbers, so that replaying a stream always ends in the same state.
/// </summary>
/// <typeparam name="TState">The state itself; a record.</typeparam>
public interface IFold<TState> where TState : class, IFold<TState>
{
    /// <summary>The state before the first event.</summary>
    static abstract TState Initial { get; }

    /// <summary>The name of the state-machine state that this state stands in; the <c>state</c> column. "Initial" before the first event.</summary>
    string Status { get; }

    /// <summary>The state after one more event.</summary>
    /// <param name="accepted">A message that the saga accepted, in its newest schema version.</param>
    /// <param name="at">When it was accepted, UTC, in whole microseconds.</param>
    TState Apply(object accepted, DateTimeOffset at);
}
