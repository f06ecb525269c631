using Amazon.Runtime;

namespace Swath.Endpoints.Aws.Sns;

/// <summary>The call of SNS that Swath makes.</summary>
public interface ISnsClient
{
    /// <summary>Publishes a message (https://docs.aws.amazon.com/sns/latest/api/API_Publish.html). Needs sns:Publish.</summary>
    /// <param name="topicArn">The topic.</param>
    /// <param name="message">Text of at most 256 KiB with the attributes.</param>
    /// <param name="attributes">Attributes of type String; none may be empty.</param>
    /// <param name="group">The group whose messages keep their order: needed by FIFO topics, null for others.</param>
    /// <param name="deduplication">By which a FIFO topic recognises a repetition; null for others.</param>
    /// <param name="cancellationToken">Ends the call; the message may be published all the same.</param>
    /// <returns>The id that the topic gave it.</returns>
    /// <exception cref="AmazonServiceException">The service refused.</exception>
    /// <exception cref="AmazonClientException">No answer, no credentials, or an answer that is no XML.</exception>
    /// <exception cref="HttpRequestException">It can't be reached.</exception>
    Task<string> PublishAsync(
        string topicArn, string message, IReadOnlyDictionary<string, string> attributes, string? group, string? deduplication, CancellationToken cancellationToken);
}
