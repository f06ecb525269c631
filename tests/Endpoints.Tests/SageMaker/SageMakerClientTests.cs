using Amazon.Runtime;
using Microsoft.Extensions.Logging;
using Swath.Endpoints.SageMaker;
using static Swath.Endpoints.Tests.SageMaker.StandInSageMaker;

namespace Swath.Endpoints.Tests.SageMaker;

public sealed class SageMakerClientTests
{
    [Fact]
    public async Task DescribeEndpointAsync_WrongSecret_TheSignatureIsRefused()
    {
        await using var server = new StandInSageMaker();
        server.Serve("ships", Instances("blue", 3));
        using var client = new SageMakerClient(new SageMakerConfig
        {
            ServiceURL = server.Url,
            AuthenticationRegion = Region,
            DefaultAWSCredentials = new BasicAWSCredentials(AccessKey, "another secret"),
        });

        var refusal = await Assert.ThrowsAnyAsync<AmazonServiceException>(() => client.DescribeEndpointAsync("ships", default));

        Assert.Equal("InvalidSignatureException", refusal.ErrorCode);
        Assert.Contains("the signature does not match", server.SignatureProblems);
    }

    [Fact]
    public async Task DescribeEndpointAsync_NameBeyondAscii_IsSignedAsItIsSent()
    {
        await using var server = new StandInSageMaker();
        server.Serve("Schärengarten \"7\"", Instances("blue", 3));
        using var client = new SageMakerClient(Configured(server));

        var output = await client.DescribeEndpointAsync("Schärengarten \"7\"", default);

        Assert.Equal(3, Assert.Single(output.ProductionVariants!).CurrentInstanceCount);
        Assert.Empty(server.SignatureProblems);
    }

    [Fact]
    public async Task ListTagsAsync_SeveralPages_JoinsThemInOrder()
    {
        await using var server = new StandInSageMaker();
        server.Tags["ships"] = [.. Enumerable.Range(0, 7).Select(i => ($"key{i}", $"value {i}"))];
        using var client = new SageMakerClient(Configured(server));

        var tags = await client.ListTagsAsync("arn:aws:sagemaker:x:1:endpoint/ships", default);

        Assert.Equal(server.Tags["ships"], tags.Select(tag => (tag.Key, tag.Value)));
        Assert.Equal(4, server.Calls("SageMaker.ListTags"));
    }

    [Theory]
    [InlineData("us-west-2", false, "https://api.sagemaker.us-west-2.amazonaws.com")]
    [InlineData("us-gov-west-1", false, "https://api.sagemaker.us-gov-west-1.amazonaws.com")]
    [InlineData("us-gov-west-1", true, "https://api-fips.sagemaker.us-gov-west-1.amazonaws.com")]
    [InlineData("us-iso-east-1", true, "https://api.sagemaker-fips.us-iso-east-1.c2s.ic.gov")]
    [InlineData("cn-north-1", false, "https://api.sagemaker.cn-north-1.amazonaws.com.cn")]
    public void RegionalUrl_Region_IsTheServiceModels(string region, bool fips, string expected)
    {
        var config = new SageMakerConfig { RegionEndpoint = Amazon.RegionEndpoint.GetBySystemName(region), UseFIPSEndpoint = fips };

        Assert.Equal(expected, config.RegionalUrl());
    }

    [Fact]
    public async Task EstimateAsync_NobodyListens_SaysWhatToCheck()
    {
        await using var rig = SageMakerRig.Start();
        await rig.Server.StopAsync();

        var failure = await rig.RefusedAsync();

        Assert.Equal((InvocationFailure.Unreachable, true), (failure.Kind, failure.Retryable));
        Assert.Contains("AWS_ENDPOINT_URL", failure.Message, StringComparison.Ordinal);
        Assert.Single(rig.Log.At(LogLevel.Error));
    }

    private static SageMakerConfig Configured(StandInSageMaker server) => new()
    {
        ServiceURL = server.Url,
        AuthenticationRegion = Region,
        DefaultAWSCredentials = new BasicAWSCredentials(AccessKey, Secret),
    };
}
