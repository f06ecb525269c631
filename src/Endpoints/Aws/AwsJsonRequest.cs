using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Amazon.Runtime;

namespace Swath.Endpoints.Aws;

/// <summary>One call, its input written as JSON already.</summary>
internal sealed class AwsJsonRequest : AmazonWebServiceRequest
{
    private AwsJsonRequest(string serviceId, string target, byte[] content) => (ServiceId, Target, Content) = (serviceId, target, content);

    public string ServiceId { get; }

    /// <summary>The value of X-Amz-Target: <c>SageMaker.DescribeEndpoint</c>.</summary>
    public string Target { get; }

    public byte[] Content { get; }

    public static AwsJsonRequest Of<TInput>(string serviceId, string target, TInput input, JsonTypeInfo<TInput> type) =>
        new(serviceId, target, JsonSerializer.SerializeToUtf8Bytes(input, type));
}
