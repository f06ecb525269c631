using System.Diagnostics.CodeAnalysis;

namespace Swath.Persistence.EventSourcing;

/// <summary>The streams used most recently, bounded.</summary>
internal sealed class LiveStreamCache<TState>(int capacity) where TState : class
{
    private readonly Dictionary<Guid, LinkedListNode<(Guid Id, LiveStream<TState> Stream)>> _nodes = [];
    private readonly LinkedList<(Guid Id, LiveStream<TState> Stream)> _byUse = [];
    private readonly Lock _lock = new();

    public bool TryGet(Guid id, [NotNullWhen(true)] out LiveStream<TState>? stream)
    {
        lock (_lock)
        {
            if (!_nodes.TryGetValue(id, out var node))
            {
                stream = null;
                return false;
            }
            _byUse.Remove(node);
            _byUse.AddFirst(node);
            stream = node.Value.Stream;
            return true;
        }
    }

    public void Put(Guid id, LiveStream<TState> stream)
    {
        if (capacity == 0)
            return;
        lock (_lock)
        {
            if (_nodes.Remove(id, out var old))
                _byUse.Remove(old);
            else if (_nodes.Count >= capacity)
                RemoveLast();
            _nodes[id] = _byUse.AddFirst((id, stream));
        }
    }

    public void Remove(Guid id)
    {
        lock (_lock)
        {
            if (_nodes.Remove(id, out var node))
                _byUse.Remove(node);
        }
    }

    private void RemoveLast()
    {
        var last = _byUse.Last!;
        _byUse.RemoveLast();
        _nodes.Remove(last.Value.Id);
    }
}
