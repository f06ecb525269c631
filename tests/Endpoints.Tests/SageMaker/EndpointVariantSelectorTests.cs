using static Swath.Endpoints.Tests.SageMaker.StandInSageMaker;

namespace Swath.Endpoints.Tests.SageMaker;

public sealed class EndpointVariantSelectorTests
{
    [Fact]
    public async Task SelectAsync_ExplicitVariant_IsNeverOverriddenNorAskedFor()
    {
        await using var rig = SageMakerRig.Start();
        rig.Server.Serve(rig.Name, Instances("blue", 3, weight: 1), Instances("green", 3, weight: 0));

        for (var draw = 0; draw < 100; draw++)
            Assert.Equal("green", await rig.SelectAsync("green"));
        Assert.Equal("no such variant", await rig.SelectAsync("no such variant"));
        Assert.Equal(0, rig.Described);
    }

    [Fact]
    public async Task SelectAsync_ZeroWeight_IsNeverChosen()
    {
        await using var rig = SageMakerRig.Start(random: new Random(3));
        rig.Server.Serve(rig.Name, Instances("blue", 3, weight: 0), Instances("green", 3, weight: 0.001), Instances("red", 3, weight: 0));

        for (var draw = 0; draw < 1000; draw++)
            Assert.Equal("green", await rig.SelectAsync());
    }

    [Theory]
    [InlineData(0.0, "blue")]
    [InlineData(0.2499, "blue")]
    [InlineData(0.25, "green")]
    [InlineData(0.9999, "green")]
    [InlineData(0.99999999999999989, "green")]
    public async Task SelectAsync_Weights1And3_SplitsAtAQuarter(double chance, string expected)
    {
        await using var rig = SageMakerRig.Start(random: new FixedChance(chance));
        rig.Server.Serve(rig.Name, Instances("zero", 3, weight: 0), Instances("blue", 3, weight: 1), Instances("green", 3, weight: 3), Instances("none", 3, weight: 0));

        Assert.Equal(expected, await rig.SelectAsync());
    }

    [Theory]
    [InlineData(0.0, "blue")]
    [InlineData(0.34, "green")]
    [InlineData(0.99999999999999989, "red")]
    public async Task SelectAsync_AllWeightsZero_IsUniform(double chance, string expected)
    {
        await using var rig = SageMakerRig.Start(random: new FixedChance(chance));
        rig.Server.Serve(rig.Name, Instances("blue", 3, weight: 0), Instances("green", 3, weight: 0), Instances("red", 3, weight: 0));

        Assert.Equal(expected, await rig.SelectAsync());
    }

    [Theory]
    [InlineData(0.0, "blue")]
    [InlineData(0.2499, "blue")]
    [InlineData(0.25, "green")]
    public async Task SelectAsync_VariantWithoutWeight_CountsOne(double chance, string expected)
    {
        await using var rig = SageMakerRig.Start(random: new FixedChance(chance));
        rig.Server.Serve(rig.Name, WithoutWeight(Instances("blue", 3)), Instances("green", 3, weight: 3), Instances("none", 3, weight: 0));

        Assert.Equal(expected, await rig.SelectAsync());
    }

    [Fact]
    public async Task SelectAsync_WeightsChange_AreSeenAfter300Seconds()
    {
        await using var rig = SageMakerRig.Start();
        rig.Server.Serve(rig.Name, Instances("blue", 3, weight: 1), Instances("green", 3, weight: 0));
        Assert.Equal("blue", await rig.SelectAsync());
        rig.Server.Serve(rig.Name, Instances("blue", 3, weight: 0), Instances("green", 3, weight: 1));

        rig.Clock.Advance(TimeSpan.FromSeconds(299));
        Assert.Equal("blue", await rig.SelectAsync());
        rig.Clock.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal("green", await rig.SelectAsync());
    }

    [Fact]
    public async Task SelectAsync_NoVariantYet_SaysToWait()
    {
        await using var rig = SageMakerRig.Start();
        rig.Server.Serve(rig.Name);
        rig.Server.Status = "Creating";

        var failure = await Assert.ThrowsAsync<InvocationException>(() => rig.SelectAsync());

        Assert.True(failure.Retryable);
        Assert.Contains("it is Creating", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task SelectAsync_UnknownEndpoint_IsTyped()
    {
        await using var rig = SageMakerRig.Start();

        var failure = await Assert.ThrowsAsync<InvocationException>(() => rig.SelectAsync());

        Assert.Equal(InvocationFailure.UnknownEndpoint, failure.Kind);
    }

    private sealed class FixedChance(double chance) : Random
    {
        public override double NextDouble() => chance;
    }
}
