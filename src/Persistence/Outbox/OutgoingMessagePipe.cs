using System.Net.Mime;
using MassTransit;
using MassTransit.Context;
using MassTransit.Serialization;

namespace Swath.Persistence.Outbox;

/// <summary>Makes a fresh send context into the stored message: its ids, addresses and headers, its bytes unchanged.</summary>
internal sealed class OutgoingMessagePipe(OutgoingMessage message, OutboxOptions options, TimeProvider time) : IPipe<SendContext<SerializedMessageBody>>
{
    public Task Send(SendContext<SerializedMessageBody> context)
    {
        context.MessageId = message.MessageId;
        context.RequestId = message.RequestId;
        context.ConversationId = message.ConversationId;
        context.CorrelationId = message.CorrelationId;
        context.InitiatorId = message.InitiatorId;
        context.SourceAddress = message.SourceAddress;
        context.ResponseAddress = message.ResponseAddress;
        context.FaultAddress = message.FaultAddress;
        context.SupportedMessageTypes = message.MessageTypes;
        if (message.ExpiresAt is { } expires)
            context.TimeToLive = expires - time.GetUtcNow();
        if (message.Headers is not null)
        {
            foreach (var (key, value) in message.Headers)
                context.Headers.Set(key, value);
        }
        if (message.TransportProperties is not null && context is TransportSendContext transport)
            transport.ReadPropertiesFrom(message.TransportProperties.ToDictionary(p => p.Key, p => (object)p.Value, StringComparer.OrdinalIgnoreCase));
        options.Mark(context, message.CorrelationId);
        if (message.Delay is { } delay)
            context.Delay = delay;
        context.Serializer = new CopyBodySerializer(new ContentType(message.ContentType), new BytesMessageBody(message.Body));
        return Task.CompletedTask;
    }

    public void Probe(ProbeContext context)
    {
    }
}
