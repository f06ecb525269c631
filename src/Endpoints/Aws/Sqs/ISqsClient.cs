using Amazon.Runtime;

namespace Swath.Endpoints.Aws.Sqs;

/// <summary>
/// The calls of SQS that Swath makes (https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/). All throw
/// <see cref="AmazonServiceException"/> when the service refuses, and <see cref="AmazonClientException"/> or <see cref="HttpRequestException"/>
/// when it can't be reached.
/// </summary>
public interface ISqsClient
{
    /// <summary>The URL by which all other calls know a queue. Needs sqs:GetQueueUrl.</summary>
    /// <param name="name">The queue's name.</param>
    /// <param name="account">The account that owns it; the caller's own when null.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    Task<string> GetQueueUrlAsync(string name, string? account, CancellationToken cancellationToken);

    /// <summary>Attributes of a queue by their names in the API; absent where it has none. Needs sqs:GetQueueAttributes.</summary>
    Task<IReadOnlyDictionary<string, string>> GetQueueAttributesAsync(string queueUrl, IReadOnlyList<string> names, CancellationToken cancellationToken);

    /// <summary>Messages, with all their attributes, as soon as there are any. Needs sqs:ReceiveMessage.</summary>
    /// <param name="queueUrl">The queue.</param>
    /// <param name="most">At most so many, 1..10.</param>
    /// <param name="wait">How long to wait for the first, 0..20 s.</param>
    /// <param name="visibility">For how long nobody else sees them, 0 s..12 h.</param>
    /// <param name="cancellationToken">Ends the waiting; messages that are on their way come back after <paramref name="visibility"/>.</param>
    Task<IReadOnlyList<SqsMessage>> ReceiveAsync(string queueUrl, int most, TimeSpan wait, TimeSpan visibility, CancellationToken cancellationToken);

    /// <summary>Takes a message off the queue for good. Needs sqs:DeleteMessage.</summary>
    Task DeleteAsync(string queueUrl, string receiptHandle, CancellationToken cancellationToken);

    /// <summary>Hides a message from now on for another while; zero gives it back. Needs sqs:ChangeMessageVisibility.</summary>
    Task ChangeVisibilityAsync(string queueUrl, string receiptHandle, TimeSpan visibility, CancellationToken cancellationToken);

    /// <summary>Sends a message. Needs sqs:SendMessage.</summary>
    /// <param name="queueUrl">The queue.</param>
    /// <param name="body">Its text, 1 byte..1 MiB with its attributes.</param>
    /// <param name="attributes">Its attributes; none when null.</param>
    /// <param name="group">The group whose messages keep their order: needed by FIFO queues, null for others.</param>
    /// <param name="deduplication">By which a FIFO queue recognises a repetition; null for others.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>The id that the queue gave it.</returns>
    Task<string> SendAsync(
        string queueUrl, string body, IReadOnlyDictionary<string, SqsAttribute>? attributes, string? group, string? deduplication, CancellationToken cancellationToken);
}
