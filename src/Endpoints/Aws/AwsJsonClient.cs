using System.Text.Json.Serialization.Metadata;
using Amazon.Runtime;
using Amazon.Runtime.Internal;
using SdkMarshaller = Amazon.Runtime.Internal.Marshaller;

namespace Swath.Endpoints.Aws;

/// <summary>
/// A client of one service that speaks AWS JSON, 1.0 or 1.1 (https://smithy.io/2.0/aws/protocols/aws-json-1_1-protocol.html). Credentials,
/// signatures, retries and connections are the SDK's; only the calls that Swath uses are written down.
/// </summary>
internal abstract class AwsJsonClient : AmazonServiceClient
{
    private readonly string _targetPrefix;
    private readonly string _jsonVersion;

    /// <param name="config">Its credentials, where it names any; the SDK's chain otherwise.</param>
    /// <param name="targetPrefix">What stands before the action in X-Amz-Target: <c>SageMaker</c>.</param>
    /// <param name="jsonVersion">The protocol's version, which stands in the content type: <c>1.1</c>, for SQS <c>1.0</c>.</param>
    protected AwsJsonClient(AwsServiceConfig config, string targetPrefix, string jsonVersion = "1.1")
        : base(config) => (_targetPrefix, _jsonVersion) = (targetPrefix, jsonVersion);

    /// <exception cref="AmazonServiceException">The service refused; ErrorCode is the protocol's <c>__type</c>.</exception>
    /// <exception cref="AmazonClientException">No answer, no credentials, or an answer that is no JSON.</exception>
    protected async Task<TOutput> CallAsync<TInput, TOutput>(
        string action, TInput input, JsonTypeInfo<TInput> inputType, JsonTypeInfo<TOutput> outputType, CancellationToken cancellationToken)
        where TInput : class
        where TOutput : class, new()
    {
        var options = new InvokeOptions
        {
            RequestMarshaller = AwsJsonMarshaller.Instance,
            ResponseUnmarshaller = new AwsJsonUnmarshaller<TOutput>(outputType),
        };
        var request = AwsJsonRequest.Of(Config.ServiceId, _jsonVersion, $"{_targetPrefix}.{action}", input, inputType);
        var response = await InvokeAsync<AwsJsonResponse<TOutput>>(request, options, cancellationToken).ConfigureAwait(false);
        return response.Body;
    }

    protected override void CustomizeRuntimePipeline(RuntimePipeline pipeline)
    {
        pipeline.RemoveHandler<EndpointResolver>();
        pipeline.AddHandlerAfter<SdkMarshaller>(new BaseEndpointResolver());
        pipeline.AddHandlerAfter<SdkMarshaller>(new AwsSigV4());
    }
}
