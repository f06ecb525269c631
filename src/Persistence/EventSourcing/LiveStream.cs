using System.Runtime.InteropServices;

namespace Swath.Persistence.EventSourcing;

/// <summary>The head of one stream as this process knows it. Changed only by the holder of the stream's lock, and only after a commit.</summary>
internal sealed class LiveStream<TState>(TState state) where TState : class
{
    // The message of version n is at n - 1. A scan is faster than a set up to thousands of events.
    private readonly List<Guid> _messageIds = [];

    public TState State { get; private set; } = state;

    public int Version => _messageIds.Count;

    /// <summary>The first version of the unbroken run whose messages this process delivered.</summary>
    public int DeliveredFrom { get; private set; } = 1;

    /// <summary>The last version of that run; below <see cref="DeliveredFrom"/> while it is empty.</summary>
    public int DeliveredTo { get; private set; }

    /// <summary>The version whose event was made of the message; 0 when none was.</summary>
    public int VersionOf(Guid messageId) => CollectionsMarshal.AsSpan(_messageIds).IndexOf(messageId) + 1;

    public void Append(TState state, Guid messageId)
    {
        State = state;
        _messageIds.Add(messageId);
    }

    /// <summary>What earlier versions sent is the business of those who appended them.</summary>
    public void ForgetDeliveries()
    {
        DeliveredFrom = Version + 1;
        DeliveredTo = Version;
    }

    public void Delivered(int version)
    {
        if (DeliveredTo == version - 1)
            DeliveredTo = version;
    }
}
