using Swath.Endpoints.Aws.Sqs;
using Swath.Intake.Sqs.Osml;

namespace Swath.Intake.Sqs;

/// <summary>What the consumer learns of the queue's message beside its body.</summary>
/// <param name="MessageId">Made of the queue's own id: the same each time that the message is handed out, and of no other message.</param>
internal sealed record QueueDelivery(Guid MessageId)
{
    // Not the envelope's id: two senders that use the same would lose a job.
    public static QueueDelivery Of(SqsMessage message) =>
        new(OsmlJobId.FromName(System.Text.Encoding.UTF8.GetBytes("sqs:" + message.MessageId)));
}
