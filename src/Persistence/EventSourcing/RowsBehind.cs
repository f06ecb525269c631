using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace Swath.Persistence.EventSourcing;

/// <summary>
/// Rows of the state table that do not show the last events, because those left the saga in its state: each is written once in a while. The next
/// event that changes the state writes it anyway.
/// </summary>
internal sealed class RowsBehind<TState>(GroupCommit<TState> commit, StreamLocks locks, TimeSpan interval, TimeProvider time, ILogger logger) : IAsyncDisposable
    where TState : class, IFold<TState>
{
    private readonly ConcurrentDictionary<Guid, LiveStream<TState>> _behind = new();
    private readonly CancellationTokenSource _stopping = new();
    private readonly Lock _gate = new();
    private Task? _loop;

    /// <summary>Notes a stream whose row lags behind.</summary>
    public void Add(Guid jobId, LiveStream<TState> live)
    {
        _behind[jobId] = live;
        if (Volatile.Read(ref _loop) is not null)
            return;
        lock (_gate)
            _loop ??= Task.Run(WriteNowAndThenAsync);
    }

    /// <summary>Writes all of them.</summary>
    public Task WriteAllAsync() => Task.WhenAll(_behind.Keys.Select(WriteAsync));

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync().ConfigureAwait(false);
        if (Volatile.Read(ref _loop) is { } loop)
            await loop.ConfigureAwait(false);
        await WriteAllAsync().ConfigureAwait(false);
        _stopping.Dispose();
    }

    private async Task WriteNowAndThenAsync()
    {
        // Half of the interval behind the others at most.
        using var timer = new PeriodicTimer(interval > TimeSpan.Zero ? interval / 2 : TimeSpan.FromSeconds(1), time);
        try
        {
            while (await timer.WaitForNextTickAsync(_stopping.Token).ConfigureAwait(false))
                await Task.WhenAll(_behind.Where(b => IsDue(b.Value)).Select(b => WriteAsync(b.Key))).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            // Stopping; the disposer writes the last ones.
        }
    }

    private bool IsDue(LiveStream<TState> live) => !live.IsRowBehind || live.RowWrittenAt is not { } at || time.GetElapsedTime(at) >= interval;

    private async Task WriteAsync(Guid jobId)
    {
        using var turn = await locks.EnterAsync(jobId, CancellationToken.None).ConfigureAwait(false);
        if (!_behind.TryRemove(jobId, out var live) || !live.IsRowBehind)
            return;
        try
        {
            await commit.AppendAsync(new PendingAppend<TState>
            {
                JobId = jobId,
                Version = live.Version,
                MessageId = Guid.Empty,
                Type = "",
                Data = "",
                OccurredAt = live.LastAt,
                State = live.State,
                IsEvent = false,
            }).ConfigureAwait(false);
            live.NoteRow(live.LastAt, time.GetTimestamp());
        }
        catch (Exception e)
        {
            // The next event writes it, or the next turn.
            _behind.TryAdd(jobId, live);
            logger.LogDebug(e, "The row of job {JobId} could not be written; it is tried again", jobId);
        }
    }
}
