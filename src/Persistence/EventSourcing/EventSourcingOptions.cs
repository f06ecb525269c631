namespace Swath.Persistence.EventSourcing;

/// <summary>How the event-sourced saga repository works. The defaults fit.</summary>
public sealed class EventSourcingOptions
{
    /// <summary>Appends that share one statement and one commit, at most. 1 to 1 000, default 64.</summary>
    public int GroupSize { get; set; } = 64;

    /// <summary>Live sagas whose folded state is kept in memory, at most; the least recently used leaves first. 0 turns the cache off. Default 10 000.</summary>
    public int CachedSagas { get; set; } = 10_000;

    /// <summary>How long delivered messages may wait until the watermark on the state row says so. Default 500 ms.</summary>
    public TimeSpan WatermarkInterval { get; set; } = TimeSpan.FromMilliseconds(500);

    /// <summary>How often a transient failure of the database (deadlock, lost connection) is tried again before the messages fault. 0 to 20, default 3.</summary>
    public int TransientRetries { get; set; } = 3;

    internal void Validate()
    {
        Check(GroupSize, 1, 1_000, nameof(GroupSize));
        Check(CachedSagas, 0, 1_000_000, nameof(CachedSagas));
        Check(TransientRetries, 0, 20, nameof(TransientRetries));
        if (WatermarkInterval <= TimeSpan.Zero)
            throw new EventStoreException($"{nameof(WatermarkInterval)} is {WatermarkInterval}; it must be above zero.");
    }

    private static void Check(int value, int from, int to, string name)
    {
        if (value < from || value > to)
            throw new EventStoreException($"{name} is {value}; it must be {from} to {to}.");
    }
}
