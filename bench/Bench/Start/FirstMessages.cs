using System.Collections.Concurrent;
using MassTransit;

namespace Swath.Bench.Start;

/// <summary>When each queue of a process took its first message, and how many messages all took.</summary>
internal sealed class FirstMessages : IReceiveObserver
{
    private readonly ConcurrentDictionary<string, long> _first = new();
    private long _count;

    /// <summary>Queues with the timestamp of their first message, the earliest first.</summary>
    public IReadOnlyList<KeyValuePair<string, long>> ByQueue => [.. _first.OrderBy(queue => queue.Value)];

    public long Count => Interlocked.Read(ref _count);

    Task IReceiveObserver.PreReceive(ReceiveContext context)
    {
        Interlocked.Increment(ref _count);
        _first.TryAdd(context.InputAddress.AbsolutePath.Trim('/'), TimeProvider.System.GetTimestamp());
        return Task.CompletedTask;
    }

    Task IReceiveObserver.PostReceive(ReceiveContext context) => Task.CompletedTask;

    Task IReceiveObserver.PostConsume<T>(ConsumeContext<T> context, TimeSpan duration, string consumerType) => Task.CompletedTask;

    Task IReceiveObserver.ConsumeFault<T>(ConsumeContext<T> context, TimeSpan duration, string consumerType, Exception exception) => Task.CompletedTask;

    Task IReceiveObserver.ReceiveFault(ReceiveContext context, Exception exception) => Task.CompletedTask;
}
