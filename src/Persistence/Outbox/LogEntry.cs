namespace Swath.Persistence.Outbox;

/// <summary>A row of <c>message_log</c> that this process wrote, or is about to write: settled when each of its messages is.</summary>
/// <param name="seq">Its place among the rows of its writer.</param>
internal sealed class LogEntry(long seq)
{
    private int _unsettled;

    public long Seq { get; } = seq;

    /// <summary>Says how many messages the row has. Before the first of them is sent.</summary>
    public void Expect(int messages) => Volatile.Write(ref _unsettled, messages);

    /// <summary>One message is delivered, or is kept elsewhere now.</summary>
    /// <returns>True when it was the last.</returns>
    public bool Settle() => Interlocked.Decrement(ref _unsettled) == 0;
}
