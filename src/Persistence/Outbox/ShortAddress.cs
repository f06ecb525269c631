namespace Swath.Persistence.Outbox;

/// <summary>
/// Addresses as they are stored: by the queue's or the message's name, without transport, host and port. What was stored under one transport
/// can so be delivered under another, and by a process that reaches the broker at another address.
/// </summary>
internal static class ShortAddress
{
    private static readonly HashSet<string> Transports = new(["loopback", "rabbitmq", "rabbitmqs", "amqp", "amqps", "amazonsqs"], StringComparer.OrdinalIgnoreCase);

    /// <summary><c>queue:name</c> for the address of an endpoint, <c>urn:message:...</c> for that of a published message; what is short already stays.</summary>
    public static Uri Of(Uri address, string[] messageTypes)
    {
        if (!Transports.Contains(address.Scheme))
            return address;
        var name = Uri.UnescapeDataString(address.Segments[^1]);
        return IsOfMessage(name, address.Query) && messageTypes.Length > 0 ? new Uri(messageTypes[0]) : new Uri($"queue:{name}");
    }

    // Swath.Contracts:JobCompleted on RabbitMQ and in memory; a topic on SNS.
    private static bool IsOfMessage(string name, string query) =>
        name.Contains(':', StringComparison.Ordinal) || query.Contains("type=topic", StringComparison.OrdinalIgnoreCase);
}
