using Swath.Contracts;
using Swath.Scheduler.Admission;
using Swath.Testing;

namespace Swath.Scheduler.Tests.Admission;

public sealed class JobExplanationsTests : IAsyncLifetime
{
    private AdmissionBench _bench = null!;

    public async Task InitializeAsync()
    {
        _bench = await AdmissionBench.CreateAsync();
        await _bench.AddEndpointAsync("endpoint", target: 10);
    }

    public async Task DisposeAsync() => await _bench.DisposeAsync();

    [Fact]
    public async Task ExplainAsync_NoSuchJob_IsNull() => Assert.Null(await _bench.Explanations.ExplainAsync(Guid.NewGuid()));

    [Fact]
    public async Task ExplainAsync_NoWorker_SaysToStartOne()
    {
        var explanation = await ExplainAsync(await _bench.AddJobAsync(new JobSeed()));

        Assert.Equal(WaitingReason.NoEligibleWorker, explanation.Reason);
        Assert.Equal(["start a worker"], explanation.Unblocks);
    }

    [Fact]
    public async Task ExplainAsync_BehindOthersOnAFullEndpoint_SaysHowMuchAndWhere()
    {
        await _bench.AddWorkerAsync("worker");
        await _bench.AddJobAsync(new JobSeed { TileWorkers = 8 });
        await _bench.CycleAsync();
        await _bench.AddJobAsync(new JobSeed { TileWorkers = 4 });
        _bench.Time.Advance(TimeSpan.FromMinutes(2));
        var second = await _bench.AddJobAsync(new JobSeed { TileWorkers = 4 });
        _bench.Time.Advance(TimeSpan.FromMinutes(2));

        var explanation = await ExplainAsync(second);

        Assert.Equal((WaitingReason.WaitingForCapacity, 2, 2), (explanation.Reason, explanation.Position, explanation.Waiting));
        Assert.Equal("needs 4, available 2 of target 10 on endpoint endpoint; 8 reserved by 1 jobs", explanation.Detail);
        Assert.Equal(110, explanation.EffectivePriority);
        Assert.Contains("regions that hold 2 requests end", explanation.Unblocks);
    }

    [Fact]
    public async Task ExplainAsync_CapacitySavedForALargerJob_SaysSo()
    {
        await _bench.AddWorkerAsync("worker");
        await _bench.AddJobAsync(new JobSeed { TileWorkers = 6 });
        await _bench.CycleAsync();
        await _bench.AddJobAsync(new JobSeed { TileWorkers = 8 });
        _bench.Time.Advance(TimeSpan.FromMinutes(10));
        var small = await _bench.AddJobAsync(new JobSeed());
        await _bench.CycleAsync();

        Assert.Equal(WaitingReason.BehindLargerJob, (await ExplainAsync(small)).Reason);
    }

    [Fact]
    public async Task ExplainAsync_HardRuleNobodyMeets_NamesTheRule()
    {
        await _bench.AddWorkerAsync("worker");
        var explanation = await ExplainAsync(await _bench.AddJobAsync(new JobSeed { Affinity = """{"hard":{"workerId":"other"}}""" }));

        Assert.Equal((WaitingReason.NoEligibleWorker, "no living worker is called other"), (explanation.Reason, explanation.Detail));
    }

    [Fact]
    public async Task ExplainAsync_AllSlotsTaken_SaysSo()
    {
        await _bench.AddWorkerAsync("worker", slots: 1);
        await _bench.AddJobAsync(new JobSeed());
        await _bench.CycleAsync();

        Assert.Equal(WaitingReason.NoFreeSlot, (await ExplainAsync(await _bench.AddJobAsync(new JobSeed()))).Reason);
    }

    [Fact]
    public async Task ExplainAsync_TenantAtItsLimit_SaysHowMany()
    {
        await _bench.AddWorkerAsync("worker");
        await _bench.AddTenantAsync("tenant", "free", maxRunning: 1);
        await _bench.AddJobAsync(new JobSeed());
        await _bench.CycleAsync();

        var explanation = await ExplainAsync(await _bench.AddJobAsync(new JobSeed()));

        Assert.Equal((WaitingReason.TenantLimit, "tenant tenant (free) runs 1 jobs and may run 1 at once"), (explanation.Reason, explanation.Detail));
    }

    [Fact]
    public async Task ExplainAsync_UnknownEndpoint_SaysWhatWasAnswered()
    {
        await _bench.AddWorkerAsync("worker");
        _bench.Estimator.MaxCapacity = null;
        await _bench.Capacities.RefreshAsync("gone", EndpointType.SageMaker, null);

        var explanation = await ExplainAsync(await _bench.AddJobAsync(new JobSeed { Endpoint = "gone" }));

        Assert.Equal((WaitingReason.EndpointUnknown, "endpoint gone does not exist"), (explanation.Reason, explanation.Detail));
    }

    [Fact]
    public async Task ExplainAsync_EndpointScaledToNothing_WaitsForItToGrow()
    {
        await _bench.AddWorkerAsync("worker");
        await _bench.AddEndpointAsync("asleep", target: 0);

        var explanation = await ExplainAsync(await _bench.AddJobAsync(new JobSeed { Endpoint = "asleep" }));

        Assert.Equal((WaitingReason.WaitingForCapacity, "endpoint asleep has no instance: it can take no request now"), (explanation.Reason, explanation.Detail));
    }

    [Fact]
    public async Task ExplainAsync_NothingInTheWay_SaysThatTheNextCycleStartsIt()
    {
        await _bench.AddWorkerAsync("worker");
        var explanation = await ExplainAsync(await _bench.AddJobAsync(new JobSeed()));

        Assert.Equal((WaitingReason.NotConsidered, 1), (explanation.Reason, explanation.Position));
    }

    [Theory]
    [InlineData("Running", "0 regions are with workers")]
    [InlineData("Completed", "over: Completed")]
    [InlineData("Assembling", "all regions have ended: features are distilled and written")]
    public async Task ExplainAsync_NotQueued_SaysWhatHappens(string state, string detail)
    {
        var explanation = await ExplainAsync(await _bench.AddJobAsync(new JobSeed { State = state }));

        Assert.Equal((null, detail), (explanation.Reason, explanation.Detail));
    }

    /// <summary>One waiting job for each reason there is, made to wait and explained: a new reason without a case fails here.</summary>
    [Theory]
    [MemberData(nameof(Reasons))]
    public async Task ExplainAsync_EachReason_IsExplainedWithWhatWouldUnblockIt(WaitingReason reason)
    {
        var affinity = reason == WaitingReason.NoEligibleWorker ? """{"hard":{"capabilities":["s3"]}}""" : null;
        await _bench.AddWorkerAsync("worker", slots: reason == WaitingReason.NoFreeSlot ? 1 : 100);
        if (reason == WaitingReason.TenantLimit)
            await _bench.AddTenantAsync("tenant", "premium", maxRunning: 1);
        if (reason == WaitingReason.EndpointUnknown)
        {
            _bench.Estimator.MaxCapacity = null;
            await _bench.AddEndpointAsync("endpoint", target: 0);
            await _bench.Capacities.RefreshAsync("endpoint", EndpointType.SageMaker, null);
        }

        if (reason == WaitingReason.AdmissionRefused)
            await _bench.Database.ExecuteAsync("alter table capacity_reservations add constraint not_one check (load <> 1)");

        await _bench.AddJobAsync(new JobSeed { TileWorkers = 6 });
        if (reason != WaitingReason.NotConsidered)
            await _bench.CycleAsync();
        if (reason == WaitingReason.BehindLargerJob)
            await _bench.AddJobAsync(new JobSeed { TileWorkers = 8 });
        _bench.Time.Advance(TimeSpan.FromMinutes(10));
        var job = await _bench.AddJobAsync(new JobSeed
        {
            Affinity = affinity,
            TileWorkers = reason == WaitingReason.WaitingForCapacity ? 5 : 1,
            Priority = reason == WaitingReason.NotConsidered ? 1_000 : 10,
        });
        if (reason != WaitingReason.NotConsidered)
            await _bench.CycleAsync();

        var explanation = await ExplainAsync(job);

        Assert.Equal(reason, explanation.Reason);
        Assert.NotEmpty(explanation.Detail);
        Assert.NotEmpty(explanation.Unblocks);
        Assert.All(explanation.Unblocks, way => Assert.NotEmpty(way));
    }

    public static TheoryData<WaitingReason> Reasons() => [.. Enum.GetValues<WaitingReason>()];

    private async Task<JobExplanation> ExplainAsync(JobSeed job) => (await _bench.Explanations.ExplainAsync(job.JobId))!;
}
