using System.Net;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Amazon.Runtime;
using Amazon.Runtime.Internal.Transform;
using Amazon.Runtime.Internal.Util;

namespace Swath.Endpoints.Aws;

/// <summary>Reads the answer of an AWS JSON call, or the SDK's own error from it.</summary>
internal sealed class AwsJsonUnmarshaller<TOutput>(JsonTypeInfo<TOutput> type) : JsonResponseUnmarshaller
    where TOutput : class, new()
{
    public override AmazonWebServiceResponse Unmarshall(JsonUnmarshallerContext input) =>
        typeof(TOutput) == typeof(AwsNothing)
            ? new AwsJsonResponse<TOutput>()
            : new AwsJsonResponse<TOutput> { Body = JsonSerializer.Deserialize(input.Stream, type) ?? new TOutput() };

    /// <summary>Errors are HTTP 400 with <c>__type</c>; throttling comes without a message, and its code alone makes the SDK retry it.</summary>
    public override AmazonServiceException UnmarshallException(JsonUnmarshallerContext input, Exception innerException, HttpStatusCode statusCode)
    {
        var reader = new StreamingUtf8JsonReader(input.Stream);
        var error = JsonErrorResponseUnmarshaller.GetInstance().Unmarshall(input, ref reader);
        return new AmazonServiceException(error.Message, innerException, error.Type, error.Code, error.RequestId, statusCode);
    }
}
