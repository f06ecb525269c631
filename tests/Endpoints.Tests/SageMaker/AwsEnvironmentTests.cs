using Amazon.Runtime;
using Amazon.Runtime.Internal;
using Microsoft.Extensions.DependencyInjection;
using Swath.Contracts;
using Swath.Testing;
using static Swath.Endpoints.Tests.SageMaker.StandInSageMaker;

namespace Swath.Endpoints.Tests.SageMaker;

/// <summary>What the host's environment says reaches the client by the SDK's own ways, with nothing set in code.</summary>
[Collection(nameof(AwsEnvironmentTests))]
public sealed class AwsEnvironmentTests
{
    [Theory]
    [InlineData("AWS_ENDPOINT_URL_SAGEMAKER")]
    [InlineData("AWS_ENDPOINT_URL")]
    public async Task EstimateAsync_AddressRegionAndKeysInTheEnvironment_AreTheSdks(string address)
    {
        await using var server = new StandInSageMaker();
        server.Serve("ships", Instances("blue", 3));
        using var environment = new AwsEnvironment(
            (address, server.Url), ("AWS_REGION", Region), ("AWS_ACCESS_KEY_ID", AccessKey), ("AWS_SECRET_ACCESS_KEY", Secret), ("AWS_SESSION_TOKEN", null));
        FallbackRegionFactory.Reset();
        await using var services = new ServiceCollection().AddLogging().AddSingleton<TimeProvider>(new FakeTimeProvider()).AddSwathEndpoints().BuildServiceProvider();

        var capacity = await services.GetRequiredService<ICapacityEstimator>().EstimateAsync("ships", EndpointType.SageMaker, null, null, default);

        Assert.Equal(6, capacity.MaxCapacity);
        Assert.Empty(server.SignatureProblems);
    }

    [Theory]
    [InlineData("1", 1)]
    [InlineData("5", 5)]
    public async Task EstimateAsync_MaxAttemptsInTheEnvironment_AreTheSdks(string attempts, int expected)
    {
        using var environment = new AwsEnvironment(("AWS_MAX_ATTEMPTS", attempts));
        FallbackInternalConfigurationFactory.Reset();
        try
        {
            await using var rig = SageMakerRig.Start();
            rig.Server.Throttle(10);

            Assert.Equal(InvocationFailure.Throttled, (await rig.RefusedAsync()).Kind);
            Assert.Equal(expected, rig.Described);
        }
        finally
        {
            Environment.SetEnvironmentVariable("AWS_MAX_ATTEMPTS", null);
            FallbackInternalConfigurationFactory.Reset();
        }
    }

    [Fact]
    public async Task EstimateAsync_AddressIsNoUrl_SaysWhatToCheck()
    {
        using var environment = new AwsEnvironment(("AWS_ENDPOINT_URL_SAGEMAKER", "not a url"), ("AWS_REGION", Region), ("AWS_ACCESS_KEY_ID", AccessKey), ("AWS_SECRET_ACCESS_KEY", Secret));
        FallbackRegionFactory.Reset();
        await using var services = new ServiceCollection().AddLogging().AddSwathEndpoints().BuildServiceProvider();

        var failure = await Assert.ThrowsAsync<InvocationException>(async () =>
            await services.GetRequiredService<ICapacityEstimator>().EstimateAsync("ships", EndpointType.SageMaker, null, null, default));

        Assert.Contains("not a valid URL: not a url. Check AWS_REGION, AWS_ENDPOINT_URL", failure.Message, StringComparison.Ordinal);
    }
}
