using Swath.Persistence.Outbox;

namespace Swath.Host.Composition.Transports;

/// <summary>The messages that could not be delivered, or whose consumers failed over a transport that keeps no failed messages: they wait in the database.</summary>
internal sealed class UndeliverableQueue(UndeliveredMessages messages) : IFaultQueues
{
    private const int AtOnce = 1_000;

    public async Task<IReadOnlyList<FaultedMessage>> ListAsync(int limit, CancellationToken cancellationToken) =>
        [.. (await messages.FaultsAsync(limit, cancellationToken)).Select(Faulted)];

    public async Task<FaultRetries> RetryAsync(Func<FaultedMessage, bool> wanted, CancellationToken cancellationToken)
    {
        var faults = await messages.FaultsAsync(AtOnce, cancellationToken);
        return new FaultRetries(await messages.RetryAsync([.. faults.Where(fault => wanted(Faulted(fault))).Select(fault => fault.MessageId)], cancellationToken), 0);
    }

    private static FaultedMessage Faulted(UndeliverableMessage message) => new(
        message.Destination[(message.Destination.IndexOf(':', StringComparison.Ordinal) + 1)..], message.Type[(message.Type.LastIndexOf(':') + 1)..],
        message.MessageId.ToString(), message.JobId, $"not delivered in {message.Tries} tries: {message.Error}", message.FaultedAt);
}
