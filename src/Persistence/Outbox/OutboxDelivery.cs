using MassTransit;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Swath.Persistence.Outbox;

/// <summary>
/// Delivers due outbox rows as soon as their transaction commits (a notification wakes it), when they fall due, and at every slow tick;
/// and sweeps up what dead processes left behind and what faulted.
/// </summary>
internal sealed class OutboxDelivery(
    IBusControl bus, OutboxDispatcher dispatch, UndeliveredMessageSweeper sweep, UnacknowledgedMessageRequeuer unconsumed, UnansweredSweep unanswered, OutboxRecovery recovery, OutboxSignal signal,
    TimeProvider time, IOptions<OutboxOptions> options, ILogger<OutboxDelivery> logger)
    : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await bus.WaitForHealthStatus(BusHealthStatus.Healthy, stoppingToken);
        if (options.Value.Transport is { } transport)
        {
            while (!await TryAsync(() => TakeOverAsync(transport, stoppingToken), stoppingToken))
                await Task.Delay(options.Value.SweepInterval, time, stoppingToken);
        }

        if (options.Value.TransportForgets)
        {
            // Until it has succeeded, nothing else would deliver what the last process took with it.
            while (!await TryAsync(async () =>
            {
                var count = await recovery.RedeliverEverythingAsync(stoppingToken);
                if (count > 0)
                    logger.LogInformation("Delivered {Count} messages of unfinished jobs again, because the transport forgets them", count);
            }, stoppingToken))
            {
                await Task.Delay(options.Value.SweepInterval, time, stoppingToken);
            }
        }

        var nextSweep = time.GetUtcNow();
        var nextUnconsumed = nextSweep;
        while (!stoppingToken.IsCancellationRequested)
        {
            var wait = options.Value.SweepInterval;

            // One that fails, for whatever reason, keeps none of the others from its work.
            if (options.Value.RedeliverUnconsumed && time.GetUtcNow() >= nextUnconsumed)
            {
                var swept = await TryAsync(() => unconsumed.SweepAsync(stoppingToken), stoppingToken)
                    & await TryAsync(() => unanswered.SweepAsync(stoppingToken), stoppingToken);
                nextUnconsumed = time.GetUtcNow() + (swept ? options.Value.RedeliverAfter : options.Value.SweepInterval);
            }

            await TryAsync(async () =>
            {
                await dispatch.DeliverDueAsync(stoppingToken);
                if (time.GetUtcNow() >= nextSweep)
                {
                    await sweep.SweepAsync(options.Value.GracePeriod, stoppingToken);
                    nextSweep = time.GetUtcNow() + options.Value.SweepInterval;
                }
                if (await dispatch.NextDueAsync(stoppingToken) - time.GetUtcNow() is { } due && due < wait)
                    wait = due > TimeSpan.Zero ? due : TimeSpan.Zero;
            }, stoppingToken);
            await signal.WaitAsync(wait, stoppingToken);
        }
    }

    private async Task TakeOverAsync(string transport, CancellationToken stoppingToken)
    {
        if (await recovery.TakeOverAsync(transport, stoppingToken))
            logger.LogInformation("Another transport carried the messages of unfinished jobs before: what they have not handled is delivered again over {Transport}", transport);
    }

    private async Task<bool> TryAsync(Func<Task> work, CancellationToken stoppingToken)
    {
        try
        {
            await work();
            return true;
        }
        catch (Exception e) when (!stoppingToken.IsCancellationRequested)
        {
            logger.LogError(e, "Delivering from the outbox failed; it is tried again in {Interval}", options.Value.SweepInterval);
            return false;
        }
    }
}
