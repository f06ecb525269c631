using System.Runtime.InteropServices;
using Amazon.Runtime;
using Amazon.Runtime.Credentials;
using Amazon.Runtime.Internal;
using Amazon.Runtime.Internal.Auth;
using Amazon.Runtime.Internal.Util;
using Swath.Endpoints.Aws;

namespace Swath.Endpoints.SageMaker;

/// <summary>
/// The runtime's address in this process's region, and its signatures: those are the SDK's, the connections are the ones that all models share, so that
/// a tile is neither copied nor read into memory twice.
/// </summary>
internal sealed class SageMakerRuntime(Func<SageMakerRuntimeConfig> configure, AssumedRoles roles, TimeProvider time)
{
    // A failure to make it is not kept: the region may be found at the next try.
    private readonly Lazy<Location> _location = new(() => Locate(configure), LazyThreadSafetyMode.PublicationOnly);

    /// <exception cref="AmazonClientException">No region is set, or the address is no URL.</exception>
    public Uri AddressOf(string endpoint) => new($"{_location.Value.Url}/endpoints/{endpoint}/invocations");

    /// <summary>The keys of a role, or the process's own.</summary>
    /// <exception cref="AssumedRoleException">It is no role's ARN.</exception>
    public AWSCredentials? CredentialsOf(string? roleArn) => string.IsNullOrEmpty(roleArn) ? null : roles.CredentialsOf(roleArn);

    /// <summary>Adds what a signed request has: X-Amz-Date, the body's digest, the session's token and Authorization.</summary>
    /// <param name="address">The request's address.</param>
    /// <param name="headers">Its headers, all of which are signed; those of the signature are added.</param>
    /// <param name="body">Its body.</param>
    /// <param name="credentials">A role's, or null for the process's own.</param>
    /// <param name="cancellationToken">Ends the wait for keys.</param>
    /// <exception cref="AmazonClientException">There are no credentials.</exception>
    /// <exception cref="AssumedRoleException">The role can't be taken on.</exception>
    public async ValueTask SignAsync(Uri address, IDictionary<string, string> headers, ReadOnlyMemory<byte> body, AWSCredentials? credentials, CancellationToken cancellationToken)
    {
        var location = _location.Value;
        credentials ??= location.Config.DefaultAWSCredentials ?? await DefaultAWSCredentialsIdentityResolver.GetCredentialsAsync(location.Config).ConfigureAwait(false);
        var keys = await credentials.GetCredentialsAsync().WaitAsync(cancellationToken).ConfigureAwait(false);
        if (keys.UseToken)
            headers["X-Amz-Security-Token"] = keys.Token;
        var request = new DefaultRequest(Unused.Instance, location.Config.ServiceId)
        {
            HttpMethod = "POST",
            Endpoint = new Uri(address.GetLeftPart(UriPartial.Authority)),
            ResourcePath = address.AbsolutePath,
            DeterminedSigningRegion = location.Region,
            // Only its digest is taken.
            ContentStream = StreamOf(body),
        };
        foreach (var (name, value) in headers)
            request.Headers[name] = value;
        var signature = new AWS4Signer().SignRequest(request, location.Config, new RequestMetrics(), keys.AccessKey, keys.SecretKey, time.GetUtcNow().UtcDateTime);
        foreach (var (name, value) in request.Headers)
            headers[name] = value;
        headers["Authorization"] = signature.ForAuthorizationHeader;
    }

    private static MemoryStream StreamOf(ReadOnlyMemory<byte> data) => MemoryMarshal.TryGetArray(data, out var segment)
        ? new MemoryStream(segment.Array!, segment.Offset, segment.Count, writable: false)
        : new MemoryStream(data.ToArray(), writable: false);

    // Address and region are asked of different configurations: one that is asked for the one first may forget the other.
    private static Location Locate(Func<SageMakerRuntimeConfig> configure)
    {
        var url = configure().ServiceURL;
        var config = configure();
        var region = config.AuthenticationRegion ?? config.RegionEndpoint?.SystemName
            ?? throw new AmazonClientException("No AWS region is set. Set AWS_REGION.");
        return new Location((string.IsNullOrEmpty(url) ? config.RegionalUrl() : url).TrimEnd('/'), region, config);
    }

    private sealed record Location(string Url, string Region, SageMakerRuntimeConfig Config);

    // The signer wants a request to belong to a call; it does not look at it.
    private sealed class Unused : AmazonWebServiceRequest
    {
        public static readonly Unused Instance = new();
    }
}
