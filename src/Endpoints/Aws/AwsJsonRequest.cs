using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Amazon.Runtime;

namespace Swath.Endpoints.Aws;

/// <summary>One call, its input written as JSON already.</summary>
internal sealed class AwsJsonRequest : AmazonWebServiceRequest
{
    private AwsJsonRequest(string serviceId, string contentType, string target, byte[] content) =>
        (ServiceId, ContentType, Target, Content) = (serviceId, contentType, target, content);

    public string ServiceId { get; }

    /// <summary><c>application/x-amz-json-1.1</c>, or 1.0.</summary>
    public string ContentType { get; }

    /// <summary>The value of X-Amz-Target: <c>SageMaker.DescribeEndpoint</c>.</summary>
    public string Target { get; }

    public byte[] Content { get; }

    public static AwsJsonRequest Of<TInput>(string serviceId, string jsonVersion, string target, TInput input, JsonTypeInfo<TInput> type) =>
        new(serviceId, "application/x-amz-json-" + jsonVersion, target, JsonSerializer.SerializeToUtf8Bytes(input, type));
}
