namespace Swath.Persistence.Outbox;

/// <summary>A message for the outbox: published by its type, or sent to one destination.</summary>
public sealed record OutboxEntry
{
    private OutboxEntry(object message, Uri? destination)
    {
        Message = message;
        Destination = destination;
    }

    /// <summary>The message.</summary>
    public object Message { get; }

    /// <summary>The endpoint it is sent to (<c>queue:name</c>, <c>exchange:name</c> or a full address); null when it is published.</summary>
    public Uri? Destination { get; }

    /// <summary>The job it belongs to: kept until that job is final where a transport forgets messages when the process dies. Also the correlation id of the message.</summary>
    public Guid? JobId { get; init; }

    /// <summary>When to deliver it; at once when absent.</summary>
    public DateTimeOffset? DueAt { get; init; }

    /// <summary>By which it can be cancelled until it is delivered.</summary>
    public Guid? Token { get; init; }

    /// <summary>A message id of the caller's choice, for a message that may be enqueued twice: the second one is dropped. New when absent.</summary>
    public Guid? MessageId { get; init; }

    /// <summary>The message as it goes over the wire, where it is kept as it came.</summary>
    internal OutgoingMessage? AsItCame { get; private init; }

    /// <summary>Goes back to where it came from, byte for byte the same.</summary>
    internal static OutboxEntry Again(OutgoingMessage message) => new(message, message.Destination) { AsItCame = message };

    /// <summary>Goes to everyone who consumes its type.</summary>
    public static OutboxEntry Publish<T>(T message) where T : class => new(message, null);

    /// <summary>Goes to one endpoint.</summary>
    public static OutboxEntry Send<T>(Uri destination, T message) where T : class => new(message, destination);
}
