using System.Globalization;
using MassTransit;
using MassTransit.Context;
using MassTransit.Middleware;
using MassTransit.Middleware.Outbox;
using Swath.Persistence.EventSourcing;

namespace Swath.Persistence.Outbox;

/// <summary>A consume context whose sends and publishes are kept instead of sent, serialised and complete, until the transaction has committed.</summary>
internal sealed class CapturingConsumeContext<TMessage> : ConsumeContextProxy<TMessage>, OutboxSendContext, IEventClock where TMessage : class
{
    private readonly IServiceProvider _services;
    private readonly ReceiveContext _uncaptured;
    private List<OutgoingMessage>? _captured;

    public CapturingConsumeContext(ConsumeContext<TMessage> context, IServiceProvider services, TimeProvider time)
        : base(context)
    {
        _services = services;
        Time = time;
        _uncaptured = context.ReceiveContext;
        var receiveContext = new OutboxReceiveContext(this, context.ReceiveContext);
        ReceiveContext = receiveContext;
        PublishEndpointProvider = receiveContext.PublishEndpointProvider;
    }

    public TimeProvider Time { get; }

    public IReadOnlyList<OutgoingMessage> Captured => (IReadOnlyList<OutgoingMessage>?)_captured ?? [];

    /// <summary>Sends a captured message when the time has come.</summary>
    public Task DeliverAsync(OutgoingMessage message, OutboxOptions options, CancellationToken cancellationToken) =>
        MessageDelivery.SendAsync(_uncaptured.SendEndpointProvider, _uncaptured.PublishEndpointProvider, message, options, Time, cancellationToken);

    public object? GetService(Type serviceType) => _services.GetService(serviceType);

    public Task AddSend<T>(SendContext<T> context) where T : class
    {
        var message = new OutgoingMessage
        {
            MessageId = context.MessageId ?? throw new MessageException(typeof(T), "A message without MessageId can't be stored for delivery; keep the one that MassTransit sets."),
            RequestId = context.RequestId,
            ConversationId = context.ConversationId,
            CorrelationId = context.CorrelationId,
            InitiatorId = context.InitiatorId,
            SourceAddress = context.SourceAddress,
            Destination = ShortAddress.Of(
                context.DestinationAddress ?? throw new MessageException(typeof(T), "A message without destination can't be stored for delivery; send it to an endpoint or publish it."),
                context.SupportedMessageTypes),
            ResponseAddress = context.ResponseAddress,
            FaultAddress = context.FaultAddress,
            ContentType = context.ContentType?.ToString() ?? context.Serialization.DefaultContentType.ToString(),
            MessageTypes = context.SupportedMessageTypes,
            ExpiresAt = context.TimeToLive is { } timeToLive ? Time.GetUtcNow() + timeToLive : null,
            Delay = context.Delay,
            Headers = Strings(context.Headers.GetAll()),
            TransportProperties = TransportProperties(context),
            Body = context.Serializer.GetMessageBody(context).GetBytes(),
        };
        // Activities may send in parallel.
        lock (_services)
            (_captured ??= []).Add(message);
        return Task.CompletedTask;
    }

    private static Dictionary<string, string>? TransportProperties<T>(SendContext<T> context) where T : class
    {
        if (context is not TransportSendContext<T> transport)
            return null;
        var properties = new Dictionary<string, object>(StringComparer.OrdinalIgnoreCase);
        transport.WritePropertiesTo(properties);
        return properties.Count == 0 ? null : Strings(properties);
    }

    private static Dictionary<string, string>? Strings(IEnumerable<KeyValuePair<string, object>> values)
    {
        Dictionary<string, string>? strings = null;
        foreach (var (key, value) in values)
        {
            if (value is not null && Convert.ToString(value, CultureInfo.InvariantCulture) is { } text)
                (strings ??= new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase))[key] = text;
        }
        return strings;
    }
}
