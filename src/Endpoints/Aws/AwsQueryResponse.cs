using Amazon.Runtime;

namespace Swath.Endpoints.Aws;

internal sealed class AwsQueryResponse : AmazonWebServiceResponse
{
    /// <summary>The texts of the answer by the names of their elements: enough for answers that are flat.</summary>
    public Dictionary<string, string> Result { get; } = new(StringComparer.Ordinal);
}
