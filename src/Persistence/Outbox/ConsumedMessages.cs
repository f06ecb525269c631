using MassTransit;

namespace Swath.Persistence.Outbox;

/// <summary>Tells the log what was consumed, for a transport that forgets what it holds.</summary>
internal sealed class ConsumedMessages(MessageLog log) : IReceiveObserver
{
    public Task PreReceive(ReceiveContext context) => Task.CompletedTask;

    public Task PostReceive(ReceiveContext context)
    {
        if (context.GetMessageId() is { } id)
            log.Consumed(id);
        return Task.CompletedTask;
    }

    public Task PostConsume<T>(ConsumeContext<T> context, TimeSpan duration, string consumerType) where T : class => Task.CompletedTask;

    // All retries are behind it; that it then counts as received comes later.
    public Task ConsumeFault<T>(ConsumeContext<T> context, TimeSpan duration, string consumerType, Exception exception) where T : class
    {
        if (context.MessageId is { } id)
            log.Faulted(id, exception);
        return Task.CompletedTask;
    }

    public Task ReceiveFault(ReceiveContext context, Exception exception)
    {
        if (context.GetMessageId() is { } id)
            log.Faulted(id, exception);
        return Task.CompletedTask;
    }
}
