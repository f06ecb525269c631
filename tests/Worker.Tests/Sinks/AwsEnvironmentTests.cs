using Amazon.Runtime;
using Amazon.S3;
using Microsoft.Extensions.DependencyInjection;
using Swath.Contracts;
using Swath.Endpoints;
using Swath.Testing;
using Swath.Worker.Sinks;

namespace Swath.Worker.Tests.Sinks;

/// <summary>What the worker's environment says reaches the sinks by the SDK's own ways, with nothing set in code.</summary>
[Collection(nameof(AwsEnvironmentTests))]
public sealed class AwsEnvironmentTests
{
    [SkippableTheory]
    [InlineData("AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_KINESIS")]
    [InlineData("AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL")]
    public async Task Create_AddressRegionAndKeysInTheEnvironment_AreTheSdks(string s3, string kinesis)
    {
        var emulators = await AwsEmulators.GetAsync();
        using var environment = new AwsEnvironment(
            (s3, emulators.Url), (kinesis, emulators.KinesisUrl), ("AWS_REGION", AwsEmulators.Region),
            ("AWS_ACCESS_KEY_ID", AwsEmulators.AccessKey), ("AWS_SECRET_ACCESS_KEY", AwsEmulators.SecretKey), ("AWS_SESSION_TOKEN", null));
        FallbackRegionFactory.Reset();
        var name = "environment-" + Guid.NewGuid().ToString("N")[..8];
        await KinesisEmulator.CreateStreamAsync(emulators, name);
        using (var client = new AmazonS3Client(new AmazonS3Config { ForcePathStyle = true }))
            await client.PutBucketAsync(name);
        await using var services = new ServiceCollection().AddLogging().AddSwathEndpoints().AddSwathSinks().BuildServiceProvider();

        foreach (var output in new[] { new OutputSink { Type = OutputType.S3, Bucket = name }, new OutputSink { Type = OutputType.Kinesis, Stream = name } })
        {
            await using var sink = services.GetRequiredService<IFeatureSinkFactory>().Create(output, Guid.NewGuid().ToString());
            await sink.OpenAsync(TestSinks.Summary, default);
            await sink.WriteAsync("""{"type":"Feature"}"""u8.ToArray(), default);
            await sink.CompleteAsync(default);
        }

        Assert.Single(await KinesisEmulator.ReadAsync(emulators, name));
    }
}
