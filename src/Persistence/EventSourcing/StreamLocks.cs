namespace Swath.Persistence.EventSourcing;

/// <summary>One message at a time per stream, inside this process; other processes are kept honest by the version in the primary key.</summary>
internal sealed class StreamLocks
{
    private readonly Dictionary<Guid, Turn> _turns = [];

    public async ValueTask<Holder> EnterAsync(Guid stream, CancellationToken cancellationToken)
    {
        Turn? turn;
        lock (_turns)
        {
            if (!_turns.TryGetValue(stream, out turn))
            {
                _turns.Add(stream, new Turn());
                return new Holder(this, stream);
            }
            turn.Interested++;
            turn.Gate ??= new SemaphoreSlim(0);
        }
        try
        {
            await turn.Gate.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            Leave(stream, entered: false);
            throw;
        }
        return new Holder(this, stream);
    }

    private void Leave(Guid stream, bool entered)
    {
        lock (_turns)
        {
            var turn = _turns[stream];
            turn.Interested--;
            if (turn.Interested == 0)
            {
                _turns.Remove(stream);
                turn.Gate?.Dispose();
            }
            else if (entered)
            {
                turn.Gate!.Release();
            }
        }
    }

    internal readonly struct Holder(StreamLocks locks, Guid stream) : IDisposable
    {
        public void Dispose() => locks.Leave(stream, entered: true);
    }

    private sealed class Turn
    {
        public int Interested { get; set; } = 1;

        public SemaphoreSlim? Gate { get; set; }
    }
}
