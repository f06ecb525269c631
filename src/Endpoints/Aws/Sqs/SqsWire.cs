namespace Swath.Endpoints.Aws.Sqs;

/// <summary>The wire forms of the calls, all in one place: they are nothing but names. Plain setters, as everywhere under source generation.</summary>
internal static class SqsWire
{
    internal sealed class QueueUrlInput
    {
        public string? QueueName { get; set; }
        public string? QueueOwnerAWSAccountId { get; set; }
    }

    internal sealed class QueueUrlOutput
    {
        public string QueueUrl { get; set; } = "";
    }

    internal sealed class QueueAttributesInput
    {
        public string? QueueUrl { get; set; }
        public IReadOnlyList<string>? AttributeNames { get; set; }
    }

    internal sealed class QueueAttributesOutput
    {
        public Dictionary<string, string>? Attributes { get; set; }
    }

    internal sealed class ReceiveInput
    {
        public string? QueueUrl { get; set; }
        public int MaxNumberOfMessages { get; set; }
        public int WaitTimeSeconds { get; set; }
        public int VisibilityTimeout { get; set; }
        public string[] MessageAttributeNames { get; set; } = ["All"];

        // MessageSystemAttributeNames is the newer name of the same; emulators and older stacks know this one.
        public string[] AttributeNames { get; set; } = ["All"];
    }

    internal sealed class ReceiveOutput
    {
        public List<Received>? Messages { get; set; }
    }

    internal sealed class Received
    {
        public string MessageId { get; set; } = "";
        public string ReceiptHandle { get; set; } = "";
        public string Body { get; set; } = "";
        public Dictionary<string, string>? Attributes { get; set; }
        public Dictionary<string, SqsAttribute>? MessageAttributes { get; set; }
    }

    /// <summary>Of DeleteMessage, and with a time of ChangeMessageVisibility.</summary>
    internal sealed class ReceiptInput
    {
        public string? QueueUrl { get; set; }
        public string? ReceiptHandle { get; set; }
        public int? VisibilityTimeout { get; set; }
    }

    internal sealed class SendInput
    {
        public string? QueueUrl { get; set; }
        public string? MessageBody { get; set; }
        public IReadOnlyDictionary<string, SqsAttribute>? MessageAttributes { get; set; }
        public string? MessageGroupId { get; set; }
        public string? MessageDeduplicationId { get; set; }
    }

    internal sealed class SendOutput
    {
        public string MessageId { get; set; } = "";
    }
}
