using System.Runtime.InteropServices;

namespace Swath.Persistence.EventSourcing;

/// <summary>The head of one stream as this process knows it. Changed only by the holder of the stream's lock, and only after a commit.</summary>
internal sealed class LiveStream<TState>(TState state) where TState : class
{
    // The message of version n is at n - 1. A scan is faster than a set up to thousands of events.
    private readonly List<Guid> _messageIds = [];

    public TState State { get; private set; } = state;

    public int Version => _messageIds.Count;

    /// <summary>When this process wrote the row of the state table last; null when it has not.</summary>
    public long? RowWrittenAt { get; private set; }

    /// <summary>True when the row does not show the last event yet.</summary>
    public bool IsRowBehind { get; private set; }

    /// <summary>When the last event happened; the default when this process did not append it.</summary>
    public DateTimeOffset LastAt { get; private set; }

    /// <summary>The version whose event was made of the message; 0 when none was.</summary>
    public int VersionOf(Guid messageId) => CollectionsMarshal.AsSpan(_messageIds).IndexOf(messageId) + 1;

    public void Append(TState state, Guid messageId)
    {
        State = state;
        _messageIds.Add(messageId);
    }

    /// <summary>Notes what the row shows after an event.</summary>
    /// <param name="at">When the event happened.</param>
    /// <param name="rowWrittenAt">When the row was written; null when it was not.</param>
    public void NoteRow(DateTimeOffset at, long? rowWrittenAt)
    {
        LastAt = at;
        IsRowBehind = rowWrittenAt is null;
        RowWrittenAt = rowWrittenAt ?? RowWrittenAt;
    }
}
