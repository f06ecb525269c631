using Amazon.Runtime;

namespace Swath.Endpoints.Aws;

/// <summary>One call of a service that speaks AWS Query (https://smithy.io/2.0/aws/protocols/aws-query-protocol.html): an action and flat parameters.</summary>
internal sealed class AwsQueryRequest(string serviceId, string action, string version) : AmazonWebServiceRequest
{
    private readonly SortedDictionary<string, string> _parameters = new(StringComparer.Ordinal) { ["Action"] = action, ["Version"] = version };

    public string ServiceId { get; } = serviceId;

    public IReadOnlyDictionary<string, string> Parameters => _parameters;

    /// <summary>Sets a parameter; null leaves it out.</summary>
    public string? this[string name]
    {
        set
        {
            if (value is not null)
                _parameters[name] = value;
        }
    }
}
