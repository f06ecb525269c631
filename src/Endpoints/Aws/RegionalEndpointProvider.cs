using Amazon.Runtime.Endpoints;

namespace Swath.Endpoints.Aws;

/// <summary>A configured URL first, else the service's own in its region.</summary>
internal sealed class RegionalEndpointProvider(AwsServiceConfig config) : IEndpointProvider
{
    // A new one for each request: the SDK writes into it.
    public Endpoint ResolveEndpoint(EndpointParameters? parameters) =>
        new(string.IsNullOrEmpty(config.ServiceURL) ? config.RegionalUrl() : config.ServiceURL);
}
