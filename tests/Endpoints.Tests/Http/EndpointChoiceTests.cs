using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Swath.Contracts;

namespace Swath.Endpoints.Tests.Http;

public sealed class EndpointChoiceTests
{
    [Theory]
    [InlineData("localhost:8080")]
    [InlineData("ftp://models/x")]
    [InlineData("http://")]
    [InlineData("ship detector")]
    public async Task Create_NameIsNoUrl_SaysWhatToGive(string name)
    {
        await using var services = Endpoint.Services();

        var failure = Assert.Throws<InvocationException>(() =>
            services.GetRequiredService<IModelEndpointFactory>().Create(new ModelEndpoint { Name = name }, null));

        Assert.Equal((InvocationFailure.InvalidEndpoint, false), (failure.Kind, failure.Retryable));
        Assert.Contains("http://localhost:8080/invocations", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Create_UnknownParameter_NamesTheKnownOnes()
    {
        await using var services = Endpoint.Services();
        var request = new ModelEndpoint { Name = "http://localhost/x", Parameters = new Dictionary<string, string> { ["Threshold"] = "1" } };

        var failure = Assert.Throws<InvocationException>(() => services.GetRequiredService<IModelEndpointFactory>().Create(request, null));

        Assert.Contains("'Threshold' is unknown", failure.Message, StringComparison.Ordinal);
        Assert.Contains("CustomAttributes", failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("ship detector")]
    [InlineData("-ships")]
    [InlineData("ships/../x")]
    [InlineData("arn:aws:sagemaker:x:1:endpoint/ships")]
    [InlineData("a123456789012345678901234567890123456789012345678901234567890123")]
    public async Task Create_SageMakersNameIsNone_SaysWhatItMayBe(string name)
    {
        await using var services = Endpoint.Services();
        var request = new ModelEndpoint { Name = name, Type = EndpointType.SageMaker };

        var failure = Assert.Throws<InvocationException>(() => services.GetRequiredService<IModelEndpointFactory>().Create(request, "blue"));

        Assert.Equal((InvocationFailure.InvalidEndpoint, false), (failure.Kind, failure.Retryable));
        Assert.Contains($"'{name}' is not the name of a SageMaker endpoint", failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("http://models/x", EndpointType.Http)]
    [InlineData("HTTPS://models/x", EndpointType.SageMaker)]
    public async Task EstimateAsync_Http_FollowsTheOptionWithoutRestart(string name, EndpointType type)
    {
        await using var services = Endpoint.Services(options => options.DefaultHttpEndpointConcurrency = 17);
        var estimator = services.GetRequiredService<ICapacityEstimator>();

        Assert.Equal(17, (await estimator.EstimateAsync(name, type, null, null, default)).MaxCapacity);
        services.GetRequiredService<IOptionsMonitor<EndpointsOptions>>().CurrentValue.DefaultHttpEndpointConcurrency = 3;
        Assert.Equal(3, (await estimator.EstimateAsync(name, type, null, null, default)).MaxCapacity);
    }

    [Fact]
    public async Task SelectAsync_Http_HasNoVariant()
    {
        await using var services = Endpoint.Services();

        Assert.Null(await services.GetRequiredService<IVariantSelector>().SelectAsync(new ModelEndpoint { Name = "http://models/x" }, default));
    }
}
