using System.Text;
using Swath.Endpoints.Aws.Sqs;
using Swath.Intake.Sqs.Osml;

namespace Swath.Intake.Sqs;

/// <summary>What the gateway and the consumer tell each other beside the message.</summary>
/// <param name="messageId">Made of the queue's own id: the same each time that the message is handed out, and of no other message.</param>
internal sealed class QueueDelivery(Guid messageId)
{
    public Guid MessageId { get; } = messageId;

    /// <summary>True when the request is in the database. A dispatch that was cancelled may end without an exception.</summary>
    public bool Stored { get; set; }

    // Not the envelope's id: two senders that use the same would lose a job.
    public static QueueDelivery Of(SqsMessage message) => new(OsmlJobId.FromName(Encoding.UTF8.GetBytes("sqs:" + message.MessageId)));
}
