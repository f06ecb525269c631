namespace Swath.Persistence.Outbox;

/// <summary>A message as it goes over the wire, serialised once: what is delivered after the commit, and again if need be, byte for byte the same.</summary>
internal sealed record OutgoingMessage
{
    public required Guid MessageId { get; init; }

    /// <summary>The job whose messages keep their order; null when it belongs to none.</summary>
    public Guid? JobId { get; init; }

    public Guid? RequestId { get; init; }
    public Guid? ConversationId { get; init; }
    public Guid? CorrelationId { get; init; }
    public Guid? InitiatorId { get; init; }
    public Uri? SourceAddress { get; init; }

    /// <summary>Where it goes; <c>urn:message:...</c> when it is published by its type.</summary>
    public required Uri Destination { get; init; }

    public Uri? ResponseAddress { get; init; }
    public Uri? FaultAddress { get; init; }
    public required string ContentType { get; init; }
    public required string[] MessageTypes { get; init; }
    public DateTimeOffset? ExpiresAt { get; init; }
    public TimeSpan? Delay { get; init; }
    public IReadOnlyDictionary<string, string>? Headers { get; init; }

    /// <summary>What only the transport understands: routing key, priority, ...</summary>
    public IReadOnlyDictionary<string, string>? TransportProperties { get; init; }

    public required byte[] Body { get; init; }
}
