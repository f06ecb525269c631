namespace Swath.Worker.Membership;

/// <summary>
/// Open while the worker's lease lasts, by the monotonic clock: whoever is about to post to a model passes it first. It closes by itself when
/// the lease runs out, and opens again when the lease is renewed; what waits in between is neither lost nor failed.
/// </summary>
/// <param name="clock">The clock of the lease.</param>
public sealed class LeaseGate(TimeProvider clock)
{
    private readonly Lock _lock = new();
    private TaskCompletionSource _opened = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private long _until = long.MinValue;

    /// <summary>Whether the lease lasts at this moment.</summary>
    public bool IsOpen => clock.GetTimestamp() < Interlocked.Read(ref _until);

    /// <summary>How long the lease still lasts; zero or less when it has run out.</summary>
    public TimeSpan Left => clock.GetElapsedTime(clock.GetTimestamp(), Math.Max(0, Interlocked.Read(ref _until)));

    /// <summary>Opens it for a while.</summary>
    /// <param name="asked">When the lease was asked for (<see cref="TimeProvider.GetTimestamp"/>): the answer's way must not lengthen it.</param>
    /// <param name="lease">How long it lasts from then on.</param>
    public void Open(long asked, TimeSpan lease)
    {
        lock (_lock)
        {
            Interlocked.Exchange(ref _until, asked + (long)(lease.TotalSeconds * clock.TimestampFrequency));
            _opened.TrySetResult();
            _opened = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        }
    }

    /// <summary>Closes it at once: the lease is lost.</summary>
    public void Close() => Interlocked.Exchange(ref _until, long.MinValue);

    /// <summary>Passes it, now or when it opens.</summary>
    public async ValueTask PassAsync(CancellationToken cancellationToken)
    {
        while (!IsOpen)
        {
            Task opened;
            lock (_lock)
                opened = _opened.Task;
            if (!IsOpen)
                await opened.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
    }
}
