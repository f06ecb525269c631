using Amazon;
using Amazon.Runtime;
using Amazon.S3;

namespace Swath.Imaging.Remote;

/// <summary>Makes S3 clients that follow the SDK's environment: AWS_REGION, AWS_ENDPOINT_URL_S3, AWS_ENDPOINT_URL, profiles.</summary>
internal static class S3Clients
{
    private const string DefaultRegion = "us-east-1";

    /// <summary>A client; credentials null: the environment's.</summary>
    public static IAmazonS3 Create(AWSCredentials? credentials)
    {
        var config = Configure();
        return credentials is null ? new AmazonS3Client(config) : new AmazonS3Client(credentials, config);
    }

    /// <summary>What the environment says, with a region where it names none.</summary>
    internal static AmazonS3Config Configure()
    {
        // Requests are repeated by RemoteFile, for web servers and S3 alike. One configuration only looks for the URL, another takes
        // what was found: the SDK forgets the URL of the environment when it is asked for the region.
        if (new AmazonS3Config().ServiceURL is { Length: > 0 } url)
        {
            // Servers that stand in for S3 have no host name per bucket.
            var region = Environment.GetEnvironmentVariable("AWS_REGION") ?? Environment.GetEnvironmentVariable("AWS_DEFAULT_REGION");
            return new AmazonS3Config { MaxErrorRetry = 0, ServiceURL = url, ForcePathStyle = true, AuthenticationRegion = string.IsNullOrEmpty(region) ? DefaultRegion : region };
        }

        var config = new AmazonS3Config { MaxErrorRetry = 0 };
        config.RegionEndpoint ??= RegionEndpoint.GetBySystemName(DefaultRegion);
        return config;
    }
}
