using RabbitMQ.Client;
using RabbitMQ.Client.Exceptions;
using Swath.Contracts;

namespace Swath.Host.Composition.Transports;

/// <summary>
/// Removes from a broker what earlier releases bound: the exchanges of all message types ended at the queues of Swath's roles, so that whoever
/// could publish could say that a job is completed. Brokers keep bindings until somebody takes them away, and a process of an earlier release
/// that still runs makes them again: they are looked for again and again.
/// </summary>
internal sealed class RetiredBindings(Uri address, TimeProvider time, ILogger<RetiredBindings> logger) : BackgroundService
{
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan BetweenLooks = TimeSpan.FromMinutes(10);

    private static readonly (Uri Queue, Type[] Messages)[] Bound =
    [
        (Queues.ImageJob,
        [
            typeof(ImageRequested), typeof(RegionsCalculated), typeof(ImageRejected), typeof(VariantSelected), typeof(CapacityReserved), typeof(RegionCompleted),
            typeof(RegionFailed), typeof(RegionReassigned), typeof(JobCompleted), typeof(JobFailed), typeof(CancelJob), typeof(PauseJob), typeof(ResumeJob),
            typeof(RetryFailedTiles),
        ]),
        (Queues.CalculateRegions, [typeof(CalculateRegions)]),
        (Queues.SelectVariant, [typeof(SelectVariant)]),
        (Queues.ReleaseCapacity, [typeof(ReleaseCapacity)]),
        (Queues.AssembleResult, [typeof(AssembleResult)]),
    ];

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var pause = TimeSpan.FromSeconds(1);
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await RemoveAsync(stoppingToken);
                pause = TimeSpan.FromSeconds(1);
                await Task.Delay(BetweenLooks, time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
            catch (Exception failure) when (failure is BrokerUnreachableException or OperationInterruptedException or AlreadyClosedException)
            {
                logger.LogWarning("The bindings of earlier releases could not be looked for on the broker and are in {Pause}: {Reason}", pause, failure.Message);
                await Task.Delay(pause, time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                pause = pause * 2 < LongestPause ? pause * 2 : LongestPause;
            }
        }
    }

    // Removing what is not there is no error to the broker.
    private async Task RemoveAsync(CancellationToken cancellationToken)
    {
        await using var connection = await RabbitMqAddress.ConnectAsync(address, "swath upkeep", cancellationToken);
        await using var channel = await connection.CreateChannelAsync(cancellationToken: cancellationToken);
        foreach (var (queue, messages) in Bound)
        {
            foreach (var message in messages)
                await channel.ExchangeUnbindAsync(queue.AbsolutePath, $"{message.Namespace}:{message.Name}", "", cancellationToken: cancellationToken);
        }
    }
}
