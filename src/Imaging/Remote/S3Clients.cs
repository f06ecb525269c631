using Amazon.Runtime;
using Amazon.S3;

namespace Swath.Imaging.Remote;

/// <summary>Makes S3 clients that follow the SDK's environment: AWS_REGION, AWS_ENDPOINT_URL_S3, AWS_ENDPOINT_URL, profiles.</summary>
internal static class S3Clients
{
    /// <summary>A client; credentials null: the environment's.</summary>
    public static IAmazonS3 Create(AWSCredentials? credentials)
    {
        // Requests are repeated by RemoteFile, for web servers and S3 alike.
        var config = new AmazonS3Config { MaxErrorRetry = 0 };
        if (config.ServiceURL is not null)
        {
            // Servers that stand in for S3 have no host name per bucket, and no region of their own.
            config.ForcePathStyle = true;
            config.AuthenticationRegion ??= Environment.GetEnvironmentVariable("AWS_REGION") ?? Environment.GetEnvironmentVariable("AWS_DEFAULT_REGION") ?? "us-east-1";
        }

        return credentials is null ? new AmazonS3Client(config) : new AmazonS3Client(credentials, config);
    }
}
