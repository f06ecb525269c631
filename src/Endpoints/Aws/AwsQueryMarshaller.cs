using Amazon.Runtime;
using Amazon.Runtime.Internal;
using Amazon.Runtime.Internal.Transform;

namespace Swath.Endpoints.Aws;

/// <summary>A call as AWS Query wants it: the SDK writes the parameters as a form.</summary>
internal sealed class AwsQueryMarshaller : IMarshaller<IRequest, AmazonWebServiceRequest>
{
    public static readonly AwsQueryMarshaller Instance = new();

    public IRequest Marshall(AmazonWebServiceRequest input)
    {
        var call = (AwsQueryRequest)input;
        var request = new DefaultRequest(call, call.ServiceId) { HttpMethod = "POST", ResourcePath = "/" };
        foreach (var (name, value) in call.Parameters)
            request.Parameters.Add(name, value);
        return request;
    }
}
