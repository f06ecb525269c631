namespace Swath.Endpoints.Aws.Sqs;

/// <summary>A message as a queue hands it out (https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_Message.html).</summary>
public sealed record SqsMessage
{
    /// <summary>The queue's id of the message: the same each time that it is handed out.</summary>
    public required string MessageId { get; init; }

    /// <summary>Of this handing-out: what deletes it, or changes its visibility.</summary>
    public required string ReceiptHandle { get; init; }

    public required string Body { get; init; }

    /// <summary>The queue's own: <c>ApproximateReceiveCount</c>, <c>MessageGroupId</c>, ...</summary>
    public IReadOnlyDictionary<string, string> SystemAttributes { get; init; } = new Dictionary<string, string>();

    /// <summary>The sender's.</summary>
    public IReadOnlyDictionary<string, SqsAttribute> Attributes { get; init; } = new Dictionary<string, SqsAttribute>();
}
