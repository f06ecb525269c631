using Amazon;
using Amazon.Runtime;
using Amazon.Runtime.Endpoints;

namespace Swath.Endpoints.Aws;

/// <summary>
/// What the SDK must know of a service that it has no package for. Region, credentials, retries and the URLs of <c>AWS_ENDPOINT_URL</c> and
/// <c>AWS_ENDPOINT_URL_(service)</c> come from the environment and the shared profile, as everywhere in the SDK
/// (https://docs.aws.amazon.com/sdkref/latest/guide/settings-reference.html).
/// </summary>
internal abstract class AwsServiceConfig : ClientConfig
{
    /// <param name="serviceId">The service's id in its model, from which the names of its settings are made: <c>SageMaker</c>.</param>
    /// <param name="signingName">The service in the scope of a signature: <c>sagemaker</c>.</param>
    protected AwsServiceConfig(string serviceId, string signingName)
        : base(new AwsServiceDefaults())
    {
        ServiceId = serviceId;
        AuthenticationServiceName = signingName;
        // Without one the SDK's resolver throws a null reference.
        EndpointProvider = new RegionalEndpointProvider(this);
    }

    public override string UserAgent => "swath";

    /// <summary>The service's URL in the configured region, where no other URL is set.</summary>
    /// <exception cref="AmazonClientException">No region is set, or an address is asked for that the service's client has not.</exception>
    public string RegionalUrl()
    {
        var setting = $"AWS_ENDPOINT_URL_{ServiceId.Replace(' ', '_').ToUpperInvariant()}";
        var region = RegionEndpoint ?? throw new AmazonClientException($"No AWS region is set. Set AWS_REGION, or {setting} for another address.");
        if (UseDualstackEndpoint)
            throw new AmazonClientException($"The {ServiceId} client has no dual-stack addresses. Unset AWS_USE_DUALSTACK_ENDPOINT, or set {setting}.");
        return $"https://{HostIn(region)}.{region.SystemName}.{region.PartitionDnsSuffix}";
    }

    /// <summary>What stands before the region in the service's host name: <c>api.sagemaker</c>. <see cref="ClientConfig.UseFIPSEndpoint"/> may ask for another.</summary>
    protected abstract string HostIn(RegionEndpoint region);

    public override Endpoint DetermineServiceOperationEndpoint(ServiceOperationEndpointParameters parameters) =>
        EndpointProvider.ResolveEndpoint(null);
}
