using Amazon.Runtime;

namespace Swath.Endpoints.Aws;

internal sealed class AwsJsonResponse<TOutput> : AmazonWebServiceResponse
    where TOutput : class, new()
{
    public TOutput Body { get; set; } = new();
}
