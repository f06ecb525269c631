using MassTransit;
using Swath.Contracts;
using Swath.Persistence.Outbox;

namespace Swath.Intake.Sqs;

/// <summary>
/// Takes a request that came over SQS: when it returns, the request is in the database and reaches the saga, wherever that runs
/// (docs/decisions/0008-sqs-gateway.md). It has no queue of its own on the bus: only the gateway's dispatcher knows it.
/// </summary>
internal sealed class RequestConsumer(IOutbox outbox) : IConsumer<ImageRequested>
{
    public async Task Consume(ConsumeContext<ImageRequested> context)
    {
        var request = context.Message;
        var delivery = context.GetPayload<QueueDelivery>();
        await outbox.EnqueueAsync(
            [OutboxEntry.Publish(request) with { JobId = request.JobId, MessageId = delivery.MessageId }], context.CancellationToken);
        delivery.Stored = true;
    }
}
