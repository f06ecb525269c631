namespace Swath.Persistence.Losses;

/// <summary>Lets many work at once, or one alone: who wants to be alone waits until the others have left, and those who come then wait for it.</summary>
internal sealed class PlacesToWork : IDisposable
{
    // More than a bus hands to a process at once.
    private const int Most = 256;

    private readonly SemaphoreSlim _places = new(Most, Most);
    private readonly SemaphoreSlim _alone = new(1, 1);

    /// <param name="alone">Nobody else works until the place is disposed.</param>
    /// <param name="left">Called when the place is disposed, once.</param>
    /// <param name="cancellationToken">Ends the waiting.</param>
    public async Task<IDisposable> EnterAsync(bool alone, Action left, CancellationToken cancellationToken)
    {
        if (!alone)
        {
            await _places.WaitAsync(cancellationToken).ConfigureAwait(false);
            return new Place(this, 1, left);
        }

        // One after another: two that each hold half of the places would wait for ever.
        await _alone.WaitAsync(cancellationToken).ConfigureAwait(false);
        var taken = 0;
        try
        {
            for (; taken < Most; taken++)
                await _places.WaitAsync(cancellationToken).ConfigureAwait(false);
            return new Place(this, Most, left);
        }
        catch (OperationCanceledException)
        {
            if (taken > 0)
                _places.Release(taken);
            throw;
        }
        finally
        {
            _alone.Release();
        }
    }

    public void Dispose()
    {
        _places.Dispose();
        _alone.Dispose();
    }

    private sealed class Place(PlacesToWork places, int taken, Action left) : IDisposable
    {
        private int _disposed;

        public void Dispose()
        {
            if (Interlocked.Exchange(ref _disposed, 1) != 0)
                return;
            left();
            places._places.Release(taken);
        }
    }
}
