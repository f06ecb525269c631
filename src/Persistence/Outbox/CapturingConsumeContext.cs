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
    private readonly Guid _jobId;
    private readonly Guid _cause;
    private List<OutgoingMessage>? _captured;

    /// <param name="context">What is consumed.</param>
    /// <param name="services">The process's.</param>
    /// <param name="time">The process's.</param>
    /// <param name="jobId">The job that sends.</param>
    /// <param name="cause">The id of what is consumed: with it, what is sent has the same ids when it is sent again.</param>
    public CapturingConsumeContext(ConsumeContext<TMessage> context, IServiceProvider services, TimeProvider time, Guid jobId, Guid cause)
        : base(context)
    {
        _services = services;
        Time = time;
        _jobId = jobId;
        _cause = cause;
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
        // Activities may send in parallel.
        lock (_services)
            Capture(context);
        return Task.CompletedTask;
    }

    private void Capture<T>(SendContext<T> context) where T : class
    {
        context.MessageId = MessageIds.Of(_jobId, _cause, Captured.Count);
        (_captured ??= []).Add(new OutgoingMessage
        {
            MessageId = context.MessageId.Value,
            JobId = _jobId,
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
        });
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
