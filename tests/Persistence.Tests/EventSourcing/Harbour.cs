using System.Threading.Channels;
using MassTransit;

namespace Swath.Persistence.Tests.EventSourcing;

/// <summary>Where the saga's messages arrive.</summary>
public sealed class Harbour(HarbourLog log) : IConsumer<ReportPort>
{
    public Task Consume(ConsumeContext<ReportPort> context) => log.WriteAsync(context);
}

/// <summary>What arrived at the harbour, in order.</summary>
public sealed class HarbourLog
{
    private readonly Channel<Arrival> _arrivals = Channel.CreateUnbounded<Arrival>();

    /// <summary>Waits for the next arrival.</summary>
    public async Task<Arrival> NextAsync() => await _arrivals.Reader.ReadAsync(TestContext.Deadline());

    /// <summary>True when nothing has arrived that was not yet taken.</summary>
    public bool IsQuiet => _arrivals.Reader.Count == 0;

    internal async Task WriteAsync(ConsumeContext<ReportPort> context) => await _arrivals.Writer.WriteAsync(new Arrival(
        context.Message.Port, context.MessageId!.Value, context.ConversationId, context.CorrelationId, context.InitiatorId,
        context.SourceAddress, context.DestinationAddress, context.SentTime, context.Headers.Get<string>("schema")));
}

public sealed record Arrival(
    string Port, Guid MessageId, Guid? ConversationId, Guid? CorrelationId, Guid? InitiatorId, Uri? SourceAddress, Uri? DestinationAddress, DateTime? SentTime, string? Schema);
