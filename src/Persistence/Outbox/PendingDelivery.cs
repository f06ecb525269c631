using MassTransit;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Swath.Persistence.Outbox;

/// <summary>
/// Delivers what is due in <c>message_pending</c>. Messages are taken in hand by one statement and sent outside of any transaction: how long the
/// transport takes keeps no row locked. One that fails is tried again at growing intervals, apart from the others, and is a fault in the end.
/// </summary>
internal sealed class PendingDelivery(
    PendingMessages pending, MessageLog log, IBusControl bus, TimeProvider time, IOptions<OutboxOptions> options, ILogger<PendingDelivery> logger)
{
    // What a transport in the process holds, the process holds.
    private const int MostInHand = 10_000;
    private static readonly TimeSpan Breath = TimeSpan.FromMilliseconds(20);

    /// <summary>Delivers everything that is due.</summary>
    /// <returns>How many messages the transport took.</returns>
    public async Task<int> DeliverDueAsync(CancellationToken cancellationToken)
    {
        var total = 0;
        while (true)
        {
            while (log.InHand >= MostInHand)
                await Task.Delay(Breath, time, cancellationToken).ConfigureAwait(false);
            await log.RegisterAsync(cancellationToken).ConfigureAwait(false);
            var taken = await pending.TakeAsync(log.Writer, options.Value.BatchSize, cancellationToken).ConfigureAwait(false);
            if (taken.Count == 0)
                return total;
            var (delivered, isAway) = await DeliverAsync(taken, cancellationToken).ConfigureAwait(false);
            total += delivered;
            if (isAway)
                return total;
        }
    }

    private async Task<(int Delivered, bool IsAway)> DeliverAsync(IReadOnlyList<OutgoingMessage> taken, CancellationToken cancellationToken)
    {
        var (count, settled, failed, untried) = (0, new List<Guid>(taken.Count), new List<FailedMessage>(), new List<FailedMessage>());
        try
        {
            foreach (var message in taken)
            {
                if (untried.Count > 0)
                {
                    untried.Add(new FailedMessage(message.MessageId, null));
                }
                else if (await TrySendAsync(message, cancellationToken).ConfigureAwait(false) is not { } failure)
                {
                    count++;
                    if (!log.WaitsForConsumer(message))
                        settled.Add(message.MessageId);
                }
                else if (failure is TimeoutException || bus.CheckHealth().Status != BusHealthStatus.Healthy)
                {
                    // Nobody's fault, and the others would wait as long.
                    untried.Add(new FailedMessage(message.MessageId, failure.Message));
                }
                else
                {
                    failed.Add(new FailedMessage(message.MessageId, failure.Message));
                }
            }
        }
        finally
        {
            // Also when stopping: what was handed over is not to be sent again.
            if (settled.Count > 0)
                await pending.RemoveAsync(settled, CancellationToken.None).ConfigureAwait(false);
        }
        if (failed.Count > 0)
        {
            logger.LogWarning("{Count} messages could not be delivered and are tried again; the first: {Reason}", failed.Count, failed[0].Error);
            if (await pending.PutBackAsync(failed, isCounted: true, cancellationToken).ConfigureAwait(false) is { Count: > 0 } faults)
                logger.LogError("{Count} messages could not be delivered in {Tries} tries and wait for an operator ('swath faults'): {Messages}", faults.Count, PendingMessages.MostTries, faults);
        }
        if (untried.Count > 0)
            await pending.PutBackAsync(untried, isCounted: false, cancellationToken).ConfigureAwait(false);
        return (count, untried.Count > 0);
    }

    private async Task<Exception?> TrySendAsync(OutgoingMessage message, CancellationToken cancellationToken)
    {
        log.Handing(message, null);
        try
        {
            await MessageDelivery.SendAsync(bus, message, options.Value, time, cancellationToken).ConfigureAwait(false);
            return null;
        }
        catch (Exception e)
        {
            log.Release(message.MessageId);
            if (e is OperationCanceledException && cancellationToken.IsCancellationRequested)
                throw;
            return e;
        }
    }
}
