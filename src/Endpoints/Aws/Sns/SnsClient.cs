using System.Globalization;
using Amazon.Runtime;
using Amazon.Runtime.Internal;
using SdkMarshaller = Amazon.Runtime.Internal.Marshaller;

namespace Swath.Endpoints.Aws.Sns;

/// <inheritdoc cref="ISnsClient"/>
/// <remarks>AWS Query: SNS has no JSON protocol.</remarks>
internal sealed class SnsClient(SnsConfig config) : AmazonServiceClient(config), ISnsClient
{
    public async Task<string> PublishAsync(
        string topicArn, string message, IReadOnlyDictionary<string, string> attributes, string? group, string? deduplication, CancellationToken cancellationToken)
    {
        var publish = new AwsQueryRequest(Config.ServiceId, "Publish", config.ServiceVersion)
        {
            ["TopicArn"] = topicArn,
            ["Message"] = message,
            ["MessageGroupId"] = group,
            ["MessageDeduplicationId"] = deduplication,
        };
        foreach (var (place, (name, value)) in attributes.Index())
        {
            var entry = string.Create(CultureInfo.InvariantCulture, $"MessageAttributes.entry.{place + 1}");
            publish[$"{entry}.Name"] = name;
            publish[$"{entry}.Value.DataType"] = "String";
            publish[$"{entry}.Value.StringValue"] = value;
        }
        var options = new InvokeOptions { RequestMarshaller = AwsQueryMarshaller.Instance, ResponseUnmarshaller = AwsQueryUnmarshaller.Instance };
        var response = await InvokeAsync<AwsQueryResponse>(publish, options, cancellationToken).ConfigureAwait(false);
        return response.Result.GetValueOrDefault("MessageId", "");
    }

    protected override void CustomizeRuntimePipeline(RuntimePipeline pipeline)
    {
        pipeline.RemoveHandler<EndpointResolver>();
        pipeline.AddHandlerAfter<SdkMarshaller>(new BaseEndpointResolver());
        pipeline.AddHandlerAfter<SdkMarshaller>(new AwsSigV4());
    }
}
