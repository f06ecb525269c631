using System.Collections.Concurrent;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Swath.Endpoints.Aws.Sqs;

namespace Swath.Intake.Sqs;

/// <summary>Reads the request queue for as long as the process runs; does nothing where none is set.</summary>
internal sealed class QueueGateway(
    IServiceProvider services, TimeProvider time, IOptions<SqsGatewayOptions> options,
    ILogger<QueueGateway> logger) : BackgroundService
{
    private const int MostPerCall = 10;

    // A poll is not broken off when the process ends, because a message on its way would stay hidden: so it is a short one.
    private static readonly TimeSpan Poll = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(30);

    // What is in hand is a write to the database away from its end.
    private static readonly TimeSpan LastChance = TimeSpan.FromSeconds(10);

    private readonly ConcurrentDictionary<string, Task> _inHand = new(StringComparer.Ordinal);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (string.IsNullOrWhiteSpace(options.Value.Queue))
            return;

        // From the first sign of the end: the bus stops before this service is asked to.
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(
            stoppingToken, services.GetRequiredService<IHostApplicationLifetime>().ApplicationStopping);
        using var giveUp = new CancellationTokenSource();
        await using var end = stop.Token.Register(() => giveUp.CancelAfter(LastChance));
        using var slots = new SemaphoreSlim(options.Value.Concurrency);
        RequestQueue? queue = null;
        var pause = TimeSpan.FromSeconds(1);
        while (!stop.IsCancellationRequested)
        {
            try
            {
                // Asked for here and not before: a process without a queue needs no region and no credentials.
                var sqs = services.GetRequiredService<ISqsClient>();
                queue ??= await FindAsync(sqs, stop.Token);
                await ReceiveAsync(sqs, queue, slots, stop.Token, giveUp.Token);
                pause = TimeSpan.FromSeconds(1);
            }
            catch (OperationCanceledException) when (stop.IsCancellationRequested)
            {
                break;
            }
            catch (Exception failure)
            {
                logger.LogError("The queue {Queue} can't be read and is tried again in {Pause}: {Reason}", options.Value.Queue, pause, failure.Message);
                await Task.Delay(pause, time, stop.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                pause = pause * 2 < LongestPause ? pause * 2 : LongestPause;
            }
        }

        await Task.WhenAll(_inHand.Values);
    }

    private async Task<RequestQueue> FindAsync(ISqsClient sqs, CancellationToken cancellationToken)
    {
        var queue = await RequestQueue.FindAsync(sqs, options.Value, cancellationToken);
        if (queue.DeadLetterUrl is null)
            logger.LogWarning("The queue {Queue} has no dead-letter queue: requests that can't be jobs stay in it. Set IMAGE_DLQ, or give it a redrive policy", queue.Url);
        else
            logger.LogInformation("Requests come from {Queue}; those that can't be jobs go to {DeadLetterQueue}", queue.Url, queue.DeadLetterUrl);
        return queue;
    }

    /// <summary>Waits for a free hand, then for messages; takes no more than it can begin with at once.</summary>
    private async Task ReceiveAsync(ISqsClient sqs, RequestQueue queue, SemaphoreSlim slots, CancellationToken stop, CancellationToken giveUp)
    {
        await slots.WaitAsync(stop);
        var taken = 1;
        try
        {
            while (taken < MostPerCall && slots.Wait(0, CancellationToken.None))
                taken++;
            var visibility = options.Value.Visibility;
            foreach (var message in await sqs.ReceiveAsync(queue.Url, taken, Poll, visibility, giveUp))
            {
                taken--;
                _inHand[message.ReceiptHandle] = HandleAsync(queue, message, visibility, slots, stop.IsCancellationRequested ? stop : giveUp);
            }
        }
        finally
        {
            if (taken > 0)
                slots.Release(taken);
        }
    }

    private async Task HandleAsync(RequestQueue queue, SqsMessage message, TimeSpan visibility, SemaphoreSlim slots, CancellationToken giveUp)
    {
        // Onto a thread of its own: the caller goes on to the next message.
        await Task.Yield();
        try
        {
            await services.GetRequiredService<MessageHandling>().HandleAsync(queue, message, visibility, giveUp);
        }
        catch (Exception failure)
        {
            // Its visibility runs out, and it comes again.
            logger.LogWarning("Message {MessageId} could not be settled and comes again: {Reason}", message.MessageId, failure.Message);
        }
        finally
        {
            _inHand.TryRemove(message.ReceiptHandle, out _);
            slots.Release();
        }
    }
}
