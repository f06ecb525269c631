namespace Swath.Endpoints.Aws.Sqs;

/// <inheritdoc cref="ISqsClient"/>
/// <remarks>AWS JSON 1.0. Every call goes to the configured endpoint: the host of a queue's URL is a name to SQS, not an address.</remarks>
internal sealed class SqsClient(SqsConfig config) : AwsJsonClient(config, "AmazonSQS", "1.0"), ISqsClient
{
    public async Task<string> GetQueueUrlAsync(string name, string? account, CancellationToken cancellationToken)
    {
        var input = new SqsWire.QueueUrlInput { QueueName = name, QueueOwnerAWSAccountId = account };
        return (await CallAsync("GetQueueUrl", input, SqsJson.Default.QueueUrlInput, SqsJson.Default.QueueUrlOutput, cancellationToken).ConfigureAwait(false)).QueueUrl;
    }

    public async Task<IReadOnlyDictionary<string, string>> GetQueueAttributesAsync(string queueUrl, IReadOnlyList<string> names, CancellationToken cancellationToken)
    {
        var input = new SqsWire.QueueAttributesInput { QueueUrl = queueUrl, AttributeNames = names };
        var output = await CallAsync(
            "GetQueueAttributes", input, SqsJson.Default.QueueAttributesInput, SqsJson.Default.QueueAttributesOutput, cancellationToken).ConfigureAwait(false);
        return output.Attributes ?? [];
    }

    public async Task<IReadOnlyList<SqsMessage>> ReceiveAsync(
        string queueUrl, int most, TimeSpan wait, TimeSpan visibility, CancellationToken cancellationToken)
    {
        var input = new SqsWire.ReceiveInput
        {
            QueueUrl = queueUrl,
            MaxNumberOfMessages = most,
            WaitTimeSeconds = (int)wait.TotalSeconds,
            VisibilityTimeout = (int)visibility.TotalSeconds,
        };
        var output = await CallAsync("ReceiveMessage", input, SqsJson.Default.ReceiveInput, SqsJson.Default.ReceiveOutput, cancellationToken).ConfigureAwait(false);
        return [.. (output.Messages ?? []).Select(message => new SqsMessage
        {
            MessageId = message.MessageId,
            ReceiptHandle = message.ReceiptHandle,
            Body = message.Body,
            SystemAttributes = message.Attributes ?? [],
            Attributes = message.MessageAttributes ?? [],
        })];
    }

    public Task DeleteAsync(string queueUrl, string receiptHandle, CancellationToken cancellationToken) =>
        CallAsync("DeleteMessage", new SqsWire.ReceiptInput { QueueUrl = queueUrl, ReceiptHandle = receiptHandle },
            SqsJson.Default.ReceiptInput, SqsJson.Default.AwsNothing, cancellationToken);

    public Task ChangeVisibilityAsync(string queueUrl, string receiptHandle, TimeSpan visibility, CancellationToken cancellationToken)
    {
        var input = new SqsWire.ReceiptInput { QueueUrl = queueUrl, ReceiptHandle = receiptHandle, VisibilityTimeout = (int)visibility.TotalSeconds };
        return CallAsync("ChangeMessageVisibility", input, SqsJson.Default.ReceiptInput, SqsJson.Default.AwsNothing, cancellationToken);
    }

    public async Task<string> SendAsync(
        string queueUrl, string body, IReadOnlyDictionary<string, SqsAttribute>? attributes, string? group, string? deduplication, CancellationToken cancellationToken)
    {
        var input = new SqsWire.SendInput
        {
            QueueUrl = queueUrl,
            MessageBody = body,
            MessageAttributes = attributes is { Count: > 0 } ? attributes : null,
            MessageGroupId = group,
            MessageDeduplicationId = deduplication,
        };
        return (await CallAsync("SendMessage", input, SqsJson.Default.SendInput, SqsJson.Default.SendOutput, cancellationToken).ConfigureAwait(false)).MessageId;
    }
}
