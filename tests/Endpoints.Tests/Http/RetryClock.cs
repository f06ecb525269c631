using System.Collections.Concurrent;

namespace Swath.Endpoints.Tests.Http;

/// <summary>Notes every wait and ends it at once; waits of an hour or more (attempt time-outs) never end.</summary>
internal sealed class RetryClock : TimeProvider
{
    private readonly ConcurrentQueue<TimeSpan> _waits = new();

    public IReadOnlyList<TimeSpan> Waits => [.. _waits];

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var ends = dueTime > TimeSpan.Zero && dueTime < TimeSpan.FromHours(1);
        if (ends)
            _waits.Enqueue(dueTime);
        return base.CreateTimer(callback, state, ends ? TimeSpan.Zero : Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }
}
