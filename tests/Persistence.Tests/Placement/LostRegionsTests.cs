using Swath.Persistence.Placement;
using Swath.Testing;

namespace Swath.Persistence.Tests.Placement;

public sealed class LostRegionsTests(DatabaseFixture database) : IClassFixture<DatabaseFixture>
{
    private static readonly TimeSpan AcceptWithin = TimeSpan.FromSeconds(30);
    private readonly PlacementBench _bench = new(database.Database);

    [Fact]
    public async Task RescueAsync_LeaseLasts_TakesNothing()
    {
        var (job, worker, _) = await AcceptedAsync();
        _bench.Time.Advance(TimeSpan.FromSeconds(29));

        Assert.DoesNotContain(await _bench.Lost.RescueAsync(AcceptWithin, 5), region => region.JobId == job.JobId);
        Assert.Single(await _bench.Workers.GetJobsByWorkerAsync(worker.WorkerId));
    }

    [Fact]
    public async Task RescueAsync_LeaseLapsed_WantsAnotherWorkerAndCountsALoss()
    {
        var (job, _, key) = await AcceptedAsync();
        _bench.Time.Advance(TimeSpan.FromSeconds(31));

        var lost = Assert.Single(await _bench.Lost.RescueAsync(AcceptWithin, 5), region => region.JobId == job.JobId);

        Assert.Equal((1, false), (lost.Losses, lost.GivenUp));
        Assert.Contains("lease lapsed", lost.Reason, StringComparison.Ordinal);
        Assert.Contains(await _bench.Wanted.ReadAsync(1_000), region => region.JobId == job.JobId);
        Assert.Equal(4, (await _bench.EntryAsync(key)).Reserved);
    }

    [Fact]
    public async Task RescueAsync_LostTooOften_FailsTheRegionAndGivesItsShareBack()
    {
        var (job, _, key) = await AcceptedAsync();
        _bench.Time.Advance(TimeSpan.FromSeconds(31));

        var lost = Assert.Single(await _bench.Lost.RescueAsync(AcceptWithin, maxLosses: 1), region => region.JobId == job.JobId);

        Assert.True(lost.GivenUp);
        Assert.Equal(0, (await _bench.EntryAsync(key)).Reserved);
        Assert.Equal(1, await _bench.MessagesAsync(job, "RegionFailed"));
        Assert.DoesNotContain(await _bench.Wanted.ReadAsync(1_000), region => region.JobId == job.JobId);
    }

    [Fact]
    public async Task RescueAsync_NotBegunThoughTheWorkerHasASlot_GoesToAnotherWithoutALoss()
    {
        var (job, worker, _) = await _bench.StartAsync();
        _bench.Time.Advance(TimeSpan.FromSeconds(31));
        await _bench.Workers.RenewAsync(new WorkerStatus(worker.WorkerId, worker.Incarnation));

        var lost = Assert.Single(await _bench.Lost.RescueAsync(AcceptWithin, 5), region => region.JobId == job.JobId);

        Assert.Equal(0, lost.Losses);
        Assert.Contains("in time", lost.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task RegisterAsync_RegionNotBegun_IsWantedAtOnceWithoutALoss()
    {
        var (job, worker, _) = await _bench.StartAsync();

        await _bench.Workers.RegisterAsync(worker with { Incarnation = Guid.NewGuid() });

        Assert.Contains(await _bench.Wanted.ReadAsync(1_000), region => region.JobId == job.JobId);
        Assert.Equal(0, await _bench.Database.ScalarAsync<int>("select losses from job_regions where job_id = $1", job.JobId));
    }

    [Fact]
    public async Task RescueAsync_WorkerStartedAnewTooOften_GivesTheRegionUp()
    {
        var (job, worker, key) = await AcceptedAsync();
        await _bench.Workers.RegisterAsync(worker = worker with { Incarnation = Guid.NewGuid() });
        Assert.Equal((1, false), await LostAsync(job));
        var wanted = (await _bench.Wanted.ReadAsync(1_000)).Single(region => region.JobId == job.JobId);
        var version = (await _bench.Workers.GetLivingWorkersAsync()).Single(living => living.WorkerId == worker.WorkerId).Version;
        await _bench.Wanted.TryPlaceAsync(
            [new RegionAssignment(wanted, worker.WorkerId)], new Dictionary<string, long> { [worker.WorkerId] = version });
        Assert.Equal(RegionAcceptance.Accepted, await _bench.Board.TryAcceptAsync(job.JobId, 0, 2, worker.WorkerId, worker.Incarnation));

        await _bench.Workers.RegisterAsync(worker with { Incarnation = Guid.NewGuid() });

        Assert.Equal((2, true), await LostAsync(job));
        Assert.Equal(0, (await _bench.EntryAsync(key)).Reserved);
        Assert.Equal(1, await _bench.MessagesAsync(job, "RegionFailed"));
    }

    [Fact]
    public async Task RescueAsync_SameWorkerStartedAnew_ItsRegionsAreWantedUnderANewToken()
    {
        var (job, worker, _) = await AcceptedAsync();

        await _bench.Workers.RegisterAsync(worker with { Incarnation = Guid.NewGuid() });
        Assert.Equal((1, false), await LostAsync(job));

        Assert.Contains(await _bench.Wanted.ReadAsync(1_000), region => region.JobId == job.JobId);
        Assert.Equal(1, await _bench.Database.ScalarAsync<int>("select losses from job_regions where job_id = $1", job.JobId));
        Assert.Equal(RegionAcceptance.Stale, await _bench.Board.TryAcceptAsync(job.JobId, 0, 1, worker.WorkerId, worker.Incarnation));
    }

    /// <summary>Rescues with a limit of two losses.</summary>
    private async Task<(int Losses, bool GivenUp)> LostAsync(JobSeed job)
    {
        var lost = Assert.Single(await _bench.Lost.RescueAsync(AcceptWithin, maxLosses: 2), region => region.JobId == job.JobId);
        return (lost.Losses, lost.GivenUp);
    }

    private async Task<(JobSeed Job, WorkerRegistration Worker, Swath.Persistence.Capacity.EndpointVariant Key)> AcceptedAsync()
    {
        var started = await _bench.StartAsync();
        await _bench.Board.TryAcceptAsync(started.Job.JobId, 0, 1, started.Worker.WorkerId, started.Worker.Incarnation);
        return started;
    }

    [Fact]
    public async Task RescueAsync_JobIsYetToHearThatItWasAdmitted_LeavesItsRegionsWithTheWorker()
    {
        var (job, _, _) = await _bench.StartAsync();
        await _bench.Database.ExecuteAsync("update jobs set state = 'Queued' where job_id = $1", job.JobId);
        _bench.Time.Advance(TimeSpan.FromMinutes(2));
        await KeepWorkersAliveAsync();
        Assert.DoesNotContain(await _bench.Lost.RescueAsync(AcceptWithin, 5), region => region.JobId == job.JobId);

        await _bench.Database.ExecuteAsync("update jobs set state = 'Running', started_at = swath_now() where job_id = $1", job.JobId);
        _bench.Time.Advance(TimeSpan.FromSeconds(29));
        Assert.DoesNotContain(await _bench.Lost.RescueAsync(AcceptWithin, 5), region => region.JobId == job.JobId);

        _bench.Time.Advance(TimeSpan.FromSeconds(2));
        await KeepWorkersAliveAsync();
        Assert.Contains(await _bench.Lost.RescueAsync(AcceptWithin, 5), region => region.JobId == job.JobId);
    }

    [Fact]
    public async Task RescueAsync_MessagesTakeTenMinutesToTheWorker_TakesTheRegionAFewTimesAndNotEachHalfMinute()
    {
        var (job, worker, _) = await _bench.StartAsync();
        var taken = 0;
        for (var tick = 0; tick < 120; tick++)
        {
            _bench.Time.Advance(TimeSpan.FromSeconds(5));
            await KeepWorkersAliveAsync();
            if ((await _bench.Lost.RescueAsync(AcceptWithin, 5)).Any(region => region.JobId == job.JobId))
            {
                taken++;
                var wanted = (await _bench.Wanted.ReadAsync(500)).Single(region => region.JobId == job.JobId);
                var living = await _bench.Workers.GetLivingWorkersAsync();
                Assert.NotNull(await _bench.Wanted.TryPlaceAsync(
                    [new RegionAssignment(wanted, worker.WorkerId)], living.ToDictionary(state => state.WorkerId, state => state.Version)));
            }
        }

        Assert.InRange(taken, 1, 4);
    }

    private Task<int> KeepWorkersAliveAsync() => _bench.Database.ExecuteAsync("update workers set lease_until = swath_now() + interval '1 hour'");
}
