using MassTransit;
using MassTransit.Transports;
using Microsoft.Extensions.Logging;
using Swath.Endpoints.Aws.Sqs;
using Swath.Intake.Notifications;
using Swath.Intake.Submitting;
using Swath.Persistence.Outages;
using Swath.Persistence.ReadSide;

namespace Swath.Intake.Sqs;

/// <summary>
/// The way of one message: understood, handed to its consumer, deleted. One that can't be a job goes to the dead-letter queue, body and
/// attributes unchanged, and who listens for the job that it names is told. Whatever else happens, it stays in its queue.
/// </summary>
internal sealed class MessageHandling(
    ISqsClient sqs, IReceiveEndpointDispatcherFactory dispatchers, DatabaseReturn database, JobReader jobs, StatusTopics topics, TimeProvider time, IntakeMetrics metrics,
    ILogger<MessageHandling> logger)
{
    /// <summary>The dispatcher's name, in logs and traces; no queue of any broker.</summary>
    private const string EndpointName = "sqs-gateway";

    private const string ContentType = "application/vnd.masstransit+json";

    private static readonly Dictionary<string, object> Headers = new() { ["Content-Type"] = ContentType };

    // With every further failure, until SQS itself moves the message to the dead-letter queue, where it is told to.
    private static readonly TimeSpan Setback = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan LongestSetback = TimeSpan.FromMinutes(15);

    private readonly Lazy<IReceiveEndpointDispatcher> _dispatcher = new(() => dispatchers.CreateConsumerReceiver<RequestConsumer>(EndpointName));

    /// <param name="queue">Where the message came from.</param>
    /// <param name="message">The message, just received.</param>
    /// <param name="visibility">For how long it was hidden.</param>
    /// <param name="giveUp">The process ends: the message is given back.</param>
    public async Task HandleAsync(RequestQueue queue, SqsMessage message, TimeSpan visibility, CancellationToken giveUp)
    {
        await using var held = HeldMessage.Hold(sqs, queue.Url, message, visibility, time, logger);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(giveUp, held.TooLong);
        try
        {
            either.Token.ThrowIfCancellationRequested();
            var body = RequestBody.Read(message.Body);
            var jobId = await HandOverAsync(body, message, either.Token);
            await sqs.DeleteAsync(queue.Url, message.ReceiptHandle, CancellationToken.None);
            metrics.QueueMessage("accepted");
            logger.LogInformation("Job {JobId} ({ExternalId}) was requested by message {MessageId}", jobId, body.Request.ExternalId ?? "-", message.MessageId);
        }
        catch (RefusedRequestException refused)
        {
            await RefuseAsync(queue, message, refused);
        }
        catch (Exception) when (either.IsCancellationRequested)
        {
            await sqs.ChangeVisibilityAsync(queue.Url, message.ReceiptHandle, TimeSpan.Zero, CancellationToken.None);
            metrics.QueueMessage("given back");
            logger.LogInformation("Message {MessageId} was given back", message.MessageId);
        }
        catch (Exception failure)
        {
            metrics.QueueMessage("failed");
            var wait = SetbackOf(message);
            logger.LogError(failure, "Message {MessageId} could not be handed over; it is tried again in {Wait}", message.MessageId, wait);
            await sqs.ChangeVisibilityAsync(queue.Url, message.ReceiptHandle, wait, CancellationToken.None);
        }
    }

    /// <returns>The job.</returns>
    private async Task<Guid> HandOverAsync(RequestBody body, SqsMessage message, CancellationToken cancellationToken)
    {
        while (true)
        {
            // While the database is away, the message is as good as before: to give it back would only count against it.
            var outcome = await database.PatientlyAsync(token => DispatchAsync(body, token), cancellationToken);
            switch (outcome)
            {
                case SubmissionOutcome.Accepted accepted:
                    return accepted.JobId;
                case SubmissionOutcome.Refused refused:
                    throw new RefusedRequestException(RefusalKind.InvalidRequest, refused.Problems);
                case SubmissionOutcome.Conflict conflict:
                    throw new RefusedRequestException(RefusalKind.Conflict, conflict.Reason);
                case SubmissionOutcome.Full full:
                    // The queue is the buffer: in hand, the message stays hidden and is not counted as received once more.
                    metrics.QueueMessage("put off");
                    logger.LogWarning("Message {MessageId} waits. {Reason}", message.MessageId, full.Reason);
                    await Task.Delay(SubmissionOutcome.Full.RetryAfter, time, cancellationToken);
                    continue;
            }
            cancellationToken.ThrowIfCancellationRequested();
            throw new InvalidOperationException($"The consumer of {EndpointName} did not store the request.");
        }
    }

    private async Task<SubmissionOutcome?> DispatchAsync(RequestBody body, CancellationToken cancellationToken)
    {
        var delivery = new QueueDelivery();
        await _dispatcher.Value.Dispatch(body.Envelope, Headers, cancellationToken, delivery);
        return delivery.Outcome;
    }

    private async Task RefuseAsync(RequestQueue queue, SqsMessage message, RefusedRequestException refused)
    {
        metrics.QueueMessage("refused", refused.Kind.ToString());
        await TellAsync(queue, message, refused);
        if (queue.DeadLetterUrl is null)
        {
            logger.LogError(
                "Message {MessageId} can't be a job, and there is no dead-letter queue: set IMAGE_DLQ, or give the queue a redrive policy. {Reason}", message.MessageId, refused.Message);
            await sqs.ChangeVisibilityAsync(queue.Url, message.ReceiptHandle, LongestSetback, CancellationToken.None);
            return;
        }

        var group = message.SystemAttributes.GetValueOrDefault("MessageGroupId");
        var dead = await sqs.SendAsync(
            queue.DeadLetterUrl, message.Body, message.Attributes, group, group is null ? null : message.MessageId, CancellationToken.None);
        await sqs.DeleteAsync(queue.Url, message.ReceiptHandle, CancellationToken.None);
        logger.LogError("Message {MessageId} can't be a job and is now {DeadLetterId} in {DeadLetterQueue}. {Reason}", message.MessageId, dead, queue.DeadLetterUrl, refused.Message);
    }

    // Before it goes to the dead-letter queue: should the topic be out of reach, the message comes again, and is told of then.
    private async Task TellAsync(RequestQueue queue, SqsMessage message, RefusedRequestException refused)
    {
        // Without a dead-letter queue it comes again and again; that it was refused is news but once.
        if (!topics.HearOfJobs || (queue.DeadLetterUrl is null && TimesReceived(message) > 1) || NamedJob.Of(message.Body) is not { } named)
            return;

        // Of a job that there is, the request was another one: what becomes of the job is told by its events.
        if (await jobs.FindAsync(named.JobId, CancellationToken.None) is not null)
            return;
        var notification = StatusNotifications.OfRefused(named.Name, named.ImageUrl, refused.Message);
        await topics.PublishAsync(notification, named.JobId, message.MessageId, CancellationToken.None);
    }

    private static int TimesReceived(SqsMessage message) =>
        int.TryParse(message.SystemAttributes.GetValueOrDefault("ApproximateReceiveCount"), out var count) ? Math.Clamp(count, 1, 100) : 1;

    private static TimeSpan SetbackOf(SqsMessage message)
    {
        var received = TimesReceived(message);
        return Setback * received < LongestSetback ? Setback * received : LongestSetback;
    }
}
