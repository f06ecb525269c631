using System.Collections.Concurrent;
using System.Reflection;
using MassTransit;
using MassTransit.Serialization;

namespace Swath.Persistence.Outbox;

/// <summary>Hands stored messages to the transport.</summary>
internal static class MessageDelivery
{
    /// <summary>Of the destination of what is published by its type.</summary>
    public const string PublishScheme = "urn";

    // A broker that goes while it has a message never confirms it, and whoever waited for that would wait for ever.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(15);

    private static readonly ConcurrentDictionary<string, Func<IPublishEndpointProvider, Task<ISendEndpoint>>> PublishEndpoints = new(StringComparer.Ordinal);
    private static readonly MethodInfo PublishEndpoint = typeof(MessageDelivery).GetMethod(nameof(PublishEndpointOf), BindingFlags.NonPublic | BindingFlags.Static)!;

    /// <summary>Hands it to a bus.</summary>
    public static Task SendAsync(IBus bus, OutgoingMessage message, OutboxOptions options, TimeProvider time, CancellationToken cancellationToken) =>
        SendAsync(bus, bus, message, options, time, cancellationToken);

    /// <summary>Hands it to the endpoint that is receiving now, which the bus that has it may do cheaper.</summary>
    /// <exception cref="TimeoutException">The transport has not taken it in time: it may have, or may yet.</exception>
    public static Task SendAsync(ISendEndpointProvider sending, IPublishEndpointProvider publishing, OutgoingMessage message, OutboxOptions options,
        TimeProvider time, CancellationToken cancellationToken)
    {
        var handing = HandOverAsync(sending, publishing, message, options, time, cancellationToken);
        return handing.IsCompleted ? handing : handing.WaitAsync(Patience, TimeProvider.System, cancellationToken);
    }

    private static async Task HandOverAsync(ISendEndpointProvider sending, IPublishEndpointProvider publishing, OutgoingMessage message, OutboxOptions options,
        TimeProvider time, CancellationToken cancellationToken)
    {
        // Short already, unless an earlier version stored it.
        var destination = options.Route(ShortAddress.Of(message.Destination, message.MessageTypes), message.CorrelationId);
        var endpoint = destination.Scheme == PublishScheme
            ? await PublishEndpoints.GetOrAdd(destination.ToString(), Resolve)(publishing).ConfigureAwait(false)
            : await sending.GetSendEndpoint(destination).ConfigureAwait(false);
        await endpoint.Send(new SerializedMessageBody(), new OutgoingMessagePipe(message, options, time), cancellationToken).ConfigureAwait(false);
    }

    private static Func<IPublishEndpointProvider, Task<ISendEndpoint>> Resolve(string urn)
    {
        var name = urn[MessageUrn.Prefix.Length..].Replace(':', '.');
        var type = AppDomain.CurrentDomain.GetAssemblies().Select(a => a.GetType(name)).FirstOrDefault(t => t is not null)
            ?? throw new InvalidOperationException($"The outbox holds a published '{urn}', but no loaded assembly has the type {name}; deliver it with the version of Swath that wrote it.");
        return PublishEndpoint.MakeGenericMethod(type).CreateDelegate<Func<IPublishEndpointProvider, Task<ISendEndpoint>>>();
    }

    private static Task<ISendEndpoint> PublishEndpointOf<T>(IPublishEndpointProvider provider) where T : class => provider.GetPublishSendEndpoint<T>();
}
