using MassTransit;
using Swath.Contracts;
using Swath.Intake.Submitting;

namespace Swath.Intake.Sqs;

/// <summary>
/// Takes a request that came over SQS to the door: when it is accepted, it is in the database and reaches the saga, wherever that runs
/// (docs/decisions/0008-sqs-gateway.md). It has no queue of its own on the bus: only the gateway's dispatcher knows it.
/// </summary>
internal sealed class RequestConsumer(Submission submission, UnknownMemberLog unknown) : IConsumer<ImageRequested>
{
    public async Task Consume(ConsumeContext<ImageRequested> context)
    {
        unknown.Note(context, WayIn.Sqs);
        var delivery = context.GetPayload<QueueDelivery>();
        delivery.Outcome = await submission.SubmitAsync(context.Message, WayIn.Sqs, cancellationToken: context.CancellationToken);
    }
}
