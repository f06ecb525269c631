using Amazon.Runtime;
using Amazon.S3;
using Swath.Contracts;
using Swath.Endpoints.Aws.Kinesis;
using Swath.Imaging;
using Swath.Imaging.Remote;
using Swath.Testing;
using Swath.Worker.Sinks;
using Swath.Worker.Sinks.S3;

namespace Swath.Worker.Tests.Sinks;

/// <summary>What the tests of sinks share.</summary>
internal static class TestSinks
{
    /// <summary>The discard port of this machine: nobody listens.</summary>
    public const string Nowhere = "http://127.0.0.1:9";

    public static readonly ResultSummary Summary = new()
    {
        JobId = Guid.NewGuid(),
        JobName = "harbour \"1\"",
        Image = "a.tif",
        Endpoint = "http://m",
        Tiles = 4,
        Features = 2,
        Warnings = ["no place"],
        FailedTiles = [new TileFailure(new PixelWindow(1, 2, 3, 4), "bad block")],
    };

    /// <summary>Opens images of this machine.</summary>
    public static ImageAccess Images { get; } = new(() => ImagingLimits.Default, () => new RemoteImageOptions(), TimeProvider.System);

    private static readonly BasicAWSCredentials Credentials = new(AwsEmulators.AccessKey, AwsEmulators.SecretKey);

    /// <summary>As the worker has it, with AWS at these addresses.</summary>
    public static FeatureSinkFactory Factory(string s3Url = Nowhere, string kinesisUrl = Nowhere) => new(S3(s3Url), Kinesis(kinesisUrl), Images, TimeProvider.System);

    public static S3Connection S3(string url) => new(() => new AmazonS3Config
    {
        ServiceURL = url,
        AuthenticationRegion = AwsEmulators.Region,
        DefaultAWSCredentials = Credentials,
        MaxErrorRetry = 0,
    });

    public static KinesisStreams Kinesis(string url) => new(() => new KinesisConfig
    {
        ServiceURL = url,
        AuthenticationRegion = AwsEmulators.Region,
        DefaultAWSCredentials = Credentials,
        MaxErrorRetry = 0,
    });
}
