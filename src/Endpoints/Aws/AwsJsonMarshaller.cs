using Amazon.Runtime;
using Amazon.Runtime.Internal;
using Amazon.Runtime.Internal.Transform;

namespace Swath.Endpoints.Aws;

/// <summary>A call as AWS JSON wants it: POST to the root, the action in a header.</summary>
internal sealed class AwsJsonMarshaller : IMarshaller<IRequest, AmazonWebServiceRequest>
{
    public static readonly AwsJsonMarshaller Instance = new();

    public IRequest Marshall(AmazonWebServiceRequest input)
    {
        var call = (AwsJsonRequest)input;
        var request = new DefaultRequest(call, call.ServiceId)
        {
            HttpMethod = "POST",
            ResourcePath = "/",
            Content = call.Content,
        };
        request.Headers["X-Amz-Target"] = call.Target;
        request.Headers["Content-Type"] = call.ContentType;
        return request;
    }
}
