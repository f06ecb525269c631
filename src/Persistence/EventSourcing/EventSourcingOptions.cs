namespace Swath.Persistence.EventSourcing;

/// <summary>How the event-sourced saga repository works. The defaults fit.</summary>
public sealed class EventSourcingOptions
{
    /// <summary>Appends that share one statement and one commit, at most. 1 to 1 000, default 64.</summary>
    public int GroupSize { get; set; } = 64;

    /// <summary>Live sagas whose folded state is kept in memory, at most; the least recently used leaves first. 0 turns the cache off. Default 10 000.</summary>
    public int CachedSagas { get; set; } = 10_000;

    /// <summary>How long the row of a saga may lag behind events that leave it in its state: it is written once in that time. Zero writes it with every event. Default 1 s.</summary>
    public TimeSpan RowInterval { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>How often a transient failure of the database (deadlock, lost connection) is tried again before the messages fault. 0 to 20, default 3.</summary>
    public int TransientRetries { get; set; } = 3;

    internal void Validate()
    {
        Check(GroupSize, 1, 1_000, nameof(GroupSize));
        Check(CachedSagas, 0, 1_000_000, nameof(CachedSagas));
        Check(TransientRetries, 0, 20, nameof(TransientRetries));
        if (RowInterval < TimeSpan.Zero)
            throw new EventStoreException($"{nameof(RowInterval)} is {RowInterval}; it must be zero or above.");
    }

    private static void Check(int value, int from, int to, string name)
    {
        if (value < from || value > to)
            throw new EventStoreException($"{name} is {value}; it must be {from} to {to}.");
    }
}
