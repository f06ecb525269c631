using Microsoft.Extensions.Logging;
using Swath.Contracts;
using static Swath.Endpoints.Tests.SageMaker.StandInSageMaker;

namespace Swath.Endpoints.Tests.SageMaker;

public sealed class EndpointDescriptionsTests
{
    // The SDK's standard mode: the first attempt and two retries.
    private const int Attempts = 3;

    [Fact]
    public async Task EstimateAsync_Within300Seconds_AsksOnce()
    {
        await using var rig = SageMakerRig.Start();
        rig.Server.Serve(rig.Name, Instances("blue", 3));
        Assert.Equal(6, await rig.CapacityAsync());
        rig.Server.Serve(rig.Name, Instances("blue", 1));

        rig.Clock.Advance(TimeSpan.FromSeconds(299.9));
        Assert.Equal((6, 1), (await rig.CapacityAsync(), rig.Described));
        rig.Clock.Advance(TimeSpan.FromSeconds(0.1));
        Assert.Equal((2, 2), (await rig.CapacityAsync(), rig.Described));
    }

    [Fact]
    public async Task EstimateAndSelect_OneEndpoint_ShareOneDescription()
    {
        await using var rig = SageMakerRig.Start();
        rig.Server.Serve(rig.Name, Instances("blue", 3));

        Assert.Equal("blue", await rig.SelectAsync());
        Assert.Equal(6, await rig.CapacityAsync("blue"));

        Assert.Equal(1, rig.Described);
    }

    [Fact]
    public async Task EstimateAsync_ConcurrentCallers_ShareOneFlight()
    {
        await using var rig = SageMakerRig.Start();
        rig.Server.Serve(rig.Name, Instances("blue", 3));
        var gate = new TaskCompletionSource();
        rig.Server.Gate = gate.Task;

        var callers = Enumerable.Range(0, 50).Select(_ => rig.CapacityAsync()).ToList();
        gate.SetResult();

        Assert.All(await Task.WhenAll(callers), capacity => Assert.Equal(6, capacity));
        Assert.Equal(1, rig.Described);
    }

    [Fact]
    public async Task EstimateAsync_OneCallerGivesUp_TheOthersGetTheirFigure()
    {
        await using var rig = SageMakerRig.Start();
        rig.Server.Serve(rig.Name, Instances("blue", 3));
        var gate = new TaskCompletionSource();
        rig.Server.Gate = gate.Task;
        using var impatient = new CancellationTokenSource();

        var first = rig.EstimateAsync(null, impatient.Token);
        var second = rig.CapacityAsync();
        await impatient.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => first);
        gate.SetResult();

        Assert.Equal(6, await second);
        Assert.Equal(1, rig.Described);
    }

    [Fact]
    public async Task EstimateAsync_ThrottledOnce_IsRetriedUnnoticed()
    {
        await using var rig = SageMakerRig.Start();
        rig.Server.Serve(rig.Name, Instances("blue", 3));
        rig.Server.Throttle(1);

        Assert.Equal(6, await rig.CapacityAsync());

        Assert.Equal((2, 0), (rig.Described, rig.ApiErrors));
        Assert.Empty(rig.Log.At(LogLevel.Warning));
    }

    [Fact]
    public async Task EstimateAsync_ApiFails_UsesTheLastKnownFigureAndWarns()
    {
        await using var rig = SageMakerRig.Start();
        rig.Server.Serve(rig.Name, Instances("blue", 3));
        Assert.Equal(6, await rig.CapacityAsync());
        rig.Clock.Advance(TimeSpan.FromSeconds(300));
        rig.Server.Fail(Attempts, 500, "InternalFailure");

        Assert.Equal(6, await rig.CapacityAsync());
        Assert.Equal((1 + Attempts, 1), (rig.Described, rig.ApiErrors));
        Assert.Single(rig.Log.At(LogLevel.Warning), line => line.Contains("2026-01-01 00:00:00Z serves on", StringComparison.Ordinal));
        Assert.Empty(rig.Log.At(LogLevel.Error));
    }

    [Fact]
    public async Task EstimateAsync_ApiFailed_IsTriedAgainAfterTenSeconds()
    {
        await using var rig = SageMakerRig.Start();
        rig.Server.Serve(rig.Name, Instances("blue", 3));
        Assert.Equal(6, await rig.CapacityAsync());
        rig.Clock.Advance(TimeSpan.FromSeconds(300));
        rig.Server.Fail(Attempts, 500, "InternalFailure");
        Assert.Equal(6, await rig.CapacityAsync());
        rig.Server.Serve(rig.Name, Instances("blue", 4));

        rig.Clock.Advance(TimeSpan.FromSeconds(9.9));
        Assert.Equal(6, await rig.CapacityAsync());
        rig.Clock.Advance(TimeSpan.FromSeconds(0.1));
        Assert.Equal(8, await rig.CapacityAsync());
        Assert.Equal(1, rig.ApiErrors);
    }

    [Fact]
    public async Task EstimateAsync_ApiFailsAndNothingIsKnown_IsATypedErrorCountedOncePerFlight()
    {
        await using var rig = SageMakerRig.Start();
        rig.Server.Serve(rig.Name, Instances("blue", 3));
        rig.Server.Throttle(Attempts);

        var failure = await rig.RefusedAsync();
        var again = await rig.RefusedAsync();

        Assert.Equal((InvocationFailure.Throttled, true, 400), (failure.Kind, failure.Retryable, failure.StatusCode));
        Assert.Equal((failure.Kind, failure.Message), (again.Kind, again.Message));
        Assert.Equal((Attempts, 1), (rig.Described, rig.ApiErrors));
        Assert.Single(rig.Log.At(LogLevel.Error), line => line.Contains(rig.Name, StringComparison.Ordinal));
    }

    [Fact]
    public async Task EstimateAsync_TagsCannotBeListedAnyMore_UsesTheTagsLastKnownValue()
    {
        await using var rig = SageMakerRig.Start();
        rig.Server.Serve(rig.Name, Instances("blue", 3));
        rig.Server.Tags[rig.Name] = [("osml:instance-concurrency", "1")];
        Assert.Equal(3, await rig.CapacityAsync());
        rig.Server.TagsRefusal = "AccessDeniedException";
        rig.Server.Serve(rig.Name, Instances("blue", 5));
        rig.Clock.Advance(TimeSpan.FromSeconds(300));

        var capacity = await rig.EstimateAsync();

        Assert.Equal(new EndpointCapacity(5, "blue: 5 instances x 1 of tag osml:instance-concurrency; its tags can't be listed (Refused)"), capacity);
        Assert.Single(rig.Log.At(LogLevel.Warning), line => line.Contains("last known value, 1,", StringComparison.Ordinal));
    }

    [Fact]
    public async Task EstimateAsync_UnknownEndpoint_IsNoErrorOfTheApi()
    {
        await using var rig = SageMakerRig.Start();

        var failure = await rig.RefusedAsync();

        Assert.Equal((InvocationFailure.UnknownEndpoint, false), (failure.Kind, failure.Retryable));
        Assert.StartsWith($"SageMaker has no endpoint '{rig.Name}'", failure.Message, StringComparison.Ordinal);
        Assert.Equal((1, 0), (rig.Described, rig.ApiErrors));
    }

    [Fact]
    public async Task EstimateAsync_EndpointWasDeleted_ItsLastKnownFigureIsGone()
    {
        await using var rig = SageMakerRig.Start();
        rig.Server.Serve(rig.Name, Instances("blue", 3));
        Assert.Equal(6, await rig.CapacityAsync());
        rig.Server.Endpoints.Clear();
        rig.Clock.Advance(TimeSpan.FromSeconds(300));

        Assert.Equal(InvocationFailure.UnknownEndpoint, (await rig.RefusedAsync()).Kind);
        rig.Clock.Advance(TimeSpan.FromSeconds(10));
        rig.Server.Fail(Attempts, 500, "InternalFailure");
        Assert.Equal(InvocationFailure.ServerError, (await rig.RefusedAsync()).Kind);
    }

    [Theory]
    [InlineData("arn:aws:sagemaker:us-west-2:1:endpoint/ships")]
    [InlineData("localhost:8080")]
    [InlineData("-ships")]
    [InlineData("")]
    public async Task EstimateAsync_NameIsNone_AsksNobody(string name)
    {
        await using var rig = SageMakerRig.Start();

        var failure = await Assert.ThrowsAsync<InvocationException>(async () => await rig.Estimator.EstimateAsync(name, EndpointType.SageMaker, null, null, default));

        Assert.Equal((InvocationFailure.InvalidEndpoint, 0), (failure.Kind, rig.Described));
    }
}
