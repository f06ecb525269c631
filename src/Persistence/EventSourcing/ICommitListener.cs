namespace Swath.Persistence.EventSourcing;

/// <summary>Is told of every event that this process has committed: for what must be woken in the process, without a round trip.</summary>
/// <typeparam name="TState">The folded state.</typeparam>
public interface ICommitListener<in TState>
{
    /// <summary>Called after the commit; must not block. What other processes commit is not told.</summary>
    /// <param name="before">The state before the event.</param>
    /// <param name="after">The state with it.</param>
    void Committed(TState before, TState after);
}
