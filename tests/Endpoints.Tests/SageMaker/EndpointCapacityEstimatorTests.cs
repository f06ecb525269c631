using System.Text.Json.Nodes;
using Microsoft.Extensions.Logging;
using static Swath.Endpoints.Tests.SageMaker.StandInSageMaker;

namespace Swath.Endpoints.Tests.SageMaker;

public sealed class EndpointCapacityEstimatorTests
{
    [Fact]
    public async Task EstimateAsync_TaggedInstances_MultipliesThem()
    {
        await using var rig = SageMakerRig.Start();
        rig.Server.Serve(rig.Name, Instances("blue", 3));
        rig.Server.Tags[rig.Name] = [("osml:instance-concurrency", "5")];

        var capacity = await rig.EstimateAsync("blue");

        Assert.Equal(15, capacity.MaxCapacity);
        Assert.Equal("blue: 3 instances x 5 of tag osml:instance-concurrency", capacity.Basis);
        Assert.Contains(rig.Log.At(LogLevel.Debug), line => line.Contains("takes 15", StringComparison.Ordinal) && line.Contains(capacity.Basis, StringComparison.Ordinal));
    }

    [Fact]
    public async Task EstimateAsync_NoTag_UsesTheDefault()
    {
        await using var rig = SageMakerRig.Start();
        rig.Server.Serve(rig.Name, Instances("blue", 2));

        Assert.Equal(new EndpointCapacity(4, "blue: 2 instances x 2 of DEFAULT_INSTANCE_CONCURRENCY"), await rig.EstimateAsync("blue"));
    }

    [Theory]
    [InlineData("many")]
    [InlineData("0")]
    [InlineData("-3")]
    [InlineData("2.5")]
    [InlineData("")]
    [InlineData("99999999999")]
    public async Task EstimateAsync_TagIsNoNumber_UsesTheDefaultAndWarns(string text)
    {
        await using var rig = SageMakerRig.Start();
        rig.Server.Serve(rig.Name, Instances("blue", 2));
        rig.Server.Tags[rig.Name] = [("osml:instance-concurrency", text)];

        Assert.Equal(4, await rig.CapacityAsync());
        Assert.Single(rig.Log.At(LogLevel.Warning), line => line.Contains($"osml:instance-concurrency with '{text}'", StringComparison.Ordinal));
    }

    [Fact]
    public async Task EstimateAsync_TagOnTheLastPage_IsFound()
    {
        await using var rig = SageMakerRig.Start();
        rig.Server.Serve(rig.Name, Instances("blue", 3));
        rig.Server.Tags[rig.Name] = [("a", "1"), ("b", "2"), ("osml:instance-concurrency-old", "9"), ("c", "3"), ("osml:instance-concurrency", "7")];

        Assert.Equal(21, await rig.CapacityAsync());
        Assert.Equal(3, rig.Server.Calls("SageMaker.ListTags"));
    }

    [Fact]
    public async Task EstimateAsync_Serverless_IsMaxConcurrencyAndNeedsNoTags()
    {
        await using var rig = SageMakerRig.Start();
        rig.Server.Serve(rig.Name, Serverless("blue", 40));

        Assert.Equal(new EndpointCapacity(40, "blue: serverless MaxConcurrency 40"), await rig.EstimateAsync());
        Assert.Equal(0, rig.Server.Calls("SageMaker.ListTags"));
    }

    [Theory]
    [InlineData("blue", 15)]
    [InlineData("green", 20)]
    [InlineData("red", 5)]
    [InlineData(null, 40)]
    [InlineData("", 40)]
    public async Task EstimateAsync_SeveralVariants_GivesTheNamedOneOrTheSum(string? variant, int expected)
    {
        await using var rig = SageMakerRig.Start();
        rig.Server.Serve(rig.Name, Instances("blue", 3), Serverless("green", 20), Instances("red", 1));
        rig.Server.Tags[rig.Name] = [("osml:instance-concurrency", "5")];

        Assert.Equal(expected, await rig.CapacityAsync(variant));
    }

    [Fact]
    public async Task EstimateAsync_EndpointIsBeingCreated_TakesNothingYet()
    {
        await using var rig = SageMakerRig.Start();
        rig.Server.Endpoints[rig.Name] = new JsonArray();
        rig.Server.Status = "Creating";

        Assert.Equal(new EndpointCapacity(0, "no variant yet; the endpoint is Creating"), await rig.EstimateAsync());
    }

    [Fact]
    public async Task EstimateAsync_FigureBeyondAnInt_IsTheLargestInt()
    {
        await using var rig = SageMakerRig.Start();
        rig.Server.Serve(rig.Name, Instances("blue", 2_000_000), Instances("green", 2_000_000));
        rig.Server.Tags[rig.Name] = [("osml:instance-concurrency", "2000000")];

        Assert.Equal(int.MaxValue, await rig.CapacityAsync());
    }

    [Fact]
    public async Task EstimateAsync_DefaultChanges_AppliesAtOnceWithoutAnotherCall()
    {
        await using var rig = SageMakerRig.Start();
        rig.Server.Serve(rig.Name, Instances("blue", 3));
        Assert.Equal(6, await rig.CapacityAsync());

        rig.Options.DefaultInstanceConcurrency = 7;

        Assert.Equal(21, await rig.CapacityAsync());
        Assert.Equal(1, rig.Described);
    }

    [Fact]
    public async Task EstimateAsync_UnknownVariant_NamesTheKnownOnes()
    {
        await using var rig = SageMakerRig.Start();
        rig.Server.Serve(rig.Name, Instances("blue", 3), Instances("green", 1));

        var failure = await rig.RefusedAsync("red");

        Assert.Equal(InvocationFailure.UnknownEndpoint, failure.Kind);
        Assert.EndsWith("has no variant 'red'. Its variants: blue, green.", failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("AccessDeniedException")]
    [InlineData("ThrottlingException")]
    [InlineData("ValidationException")]
    public async Task EstimateAsync_TagsCannotBeListed_UsesTheDefaultAndSaysSo(string refusal)
    {
        await using var rig = SageMakerRig.Start();
        rig.Server.Serve(rig.Name, Instances("blue", 3));
        rig.Server.TagsRefusal = refusal;

        var capacity = await rig.EstimateAsync("blue");

        Assert.Equal(6, capacity.MaxCapacity);
        Assert.StartsWith("blue: 3 instances x 2 of DEFAULT_INSTANCE_CONCURRENCY; its tags can't be listed", capacity.Basis, StringComparison.Ordinal);
        Assert.Single(rig.Log.At(LogLevel.Warning), line => line.Contains("can't be listed", StringComparison.Ordinal) && line.Contains("DEFAULT_INSTANCE_CONCURRENCY", StringComparison.Ordinal));
        Assert.Equal(0, rig.ApiErrors);
    }
}
