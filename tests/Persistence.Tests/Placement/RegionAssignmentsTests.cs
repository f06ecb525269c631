using Swath.Contracts;
using Swath.Persistence.Placement;
using Swath.Testing;

namespace Swath.Persistence.Tests.Placement;

public sealed class RegionAssignmentsTests(DatabaseFixture database) : IClassFixture<DatabaseFixture>
{
    private readonly PlacementBench _bench = new(database.Database);

    [Fact]
    public async Task PlanAsync_Repeated_ChangesNothing()
    {
        var plan = new PlannedRegions(
            Guid.NewGuid(), "kind", [new ImageRegion(0, new PixelWindow(0, 0, 10, 10), 1), new ImageRegion(1, new PixelWindow(10, 0, 10, 10), 2)]);

        await _bench.Board.PlanAsync(plan);
        await _bench.Board.PlanAsync(plan);

        Assert.Equal(2, await _bench.CountAsync("select count(*) from job_regions where job_id = $1 and attempt = 0", plan.JobId));
    }

    [Fact]
    public async Task TryAcceptAsync_TheWorkerOfThePlacement_IsAcceptedOnce()
    {
        var (job, worker, _) = await _bench.StartAsync();

        Assert.Equal(RegionAcceptance.Accepted, await _bench.Board.TryAcceptAsync(job.JobId, 0, 1, worker.WorkerId, worker.Incarnation));
        Assert.Equal(RegionAcceptance.AlreadyAccepted, await _bench.Board.TryAcceptAsync(job.JobId, 0, 1, worker.WorkerId, worker.Incarnation));
    }

    [Fact]
    public async Task TryAcceptAsync_OldTokenOtherWorkerOrOtherIncarnation_IsStale()
    {
        var (job, worker, _) = await _bench.StartAsync();
        var other = await _bench.AddWorkerAsync();

        Assert.Equal(RegionAcceptance.Stale, await _bench.Board.TryAcceptAsync(job.JobId, 0, 0, worker.WorkerId, worker.Incarnation));
        Assert.Equal(RegionAcceptance.Stale, await _bench.Board.TryAcceptAsync(job.JobId, 0, 1, other.WorkerId, other.Incarnation));
        Assert.Equal(RegionAcceptance.Stale, await _bench.Board.TryAcceptAsync(job.JobId, 0, 1, worker.WorkerId, Guid.NewGuid()));
    }

    [Fact]
    public async Task CompleteAsync_CurrentToken_EndsGivesBackAndTells()
    {
        var (job, worker, key) = await _bench.StartAsync(tileWorkers: 4, regions: 2);
        await _bench.Board.TryAcceptAsync(job.JobId, 0, 1, worker.WorkerId, worker.Incarnation);

        Assert.True(await _bench.Board.CompleteAsync(Completed(job, 0, worker.WorkerId)));
        Assert.Equal((4, 1), ((await _bench.EntryAsync(key)).Reserved, (await _bench.EntryAsync(key)).Holders));

        Assert.True(await _bench.Board.FailAsync(
            new RegionFailed { JobId = job.JobId, RegionId = 1, Attempt = 1, WorkerId = worker.WorkerId, Reason = "test" }));
        Assert.Equal((0, 0), ((await _bench.EntryAsync(key)).Reserved, (await _bench.EntryAsync(key)).Holders));
        Assert.Equal(1, await _bench.MessagesAsync(job, "RegionCompleted"));
        Assert.Equal(1, await _bench.MessagesAsync(job, "RegionFailed"));
    }

    [Fact]
    public async Task CompleteAsync_TwiceOrWithAnOldToken_DoesNothing()
    {
        var (job, worker, key) = await _bench.StartAsync(tileWorkers: 4, regions: 2);
        await _bench.Board.CompleteAsync(Completed(job, 0, worker.WorkerId));

        Assert.False(await _bench.Board.CompleteAsync(Completed(job, 0, worker.WorkerId)));
        Assert.False(await _bench.Board.CompleteAsync(Completed(job, 1, worker.WorkerId) with { Attempt = 0 }));
        Assert.False(await _bench.Board.CompleteAsync(Completed(job, 1, "somebody else")));
        Assert.Equal(4, (await _bench.EntryAsync(key)).Reserved);
        Assert.Equal(1, await _bench.MessagesAsync(job, "RegionCompleted"));
    }

    [Fact]
    public async Task GiveBackAsync_DrainingWorker_ReturnsTheRegionWithoutALoss()
    {
        var (job, worker, key) = await _bench.StartAsync();
        await _bench.Board.TryAcceptAsync(job.JobId, 0, 1, worker.WorkerId, worker.Incarnation);
        var other = await _bench.AddWorkerAsync();

        Assert.Equal(1, await _bench.Board.GiveBackAsync(worker.WorkerId, [new RegionClaim(job.JobId, 0, 1)], "draining"));
        Assert.Equal(0, await _bench.Board.GiveBackAsync(worker.WorkerId, [new RegionClaim(job.JobId, 0, 1)], "draining"));

        var wanted = Assert.Single(await _bench.Wanted.ReadAsync(1_000), region => region.JobId == job.JobId);
        var placed = await _bench.Wanted.TryPlaceAsync([new RegionAssignment(wanted, other.WorkerId)], new Dictionary<string, long> { [other.WorkerId] = 0 });
        Assert.Equal((other.WorkerId, 2, "draining"), (placed![0].Placement.WorkerId, placed[0].Placement.Attempt, placed[0].Reason));
        Assert.Equal(0, await _bench.Database.ScalarAsync<int>("select losses from job_regions where job_id = $1", job.JobId));
        Assert.Equal(4, (await _bench.EntryAsync(key)).Reserved);
        Assert.Equal(1, await _bench.MessagesAsync(job, "RegionReassigned"));
        Assert.False(await _bench.Board.CompleteAsync(Completed(job, 0, worker.WorkerId)));
    }

    [Fact]
    public async Task ReadAsync_JobWithMoreWantedRegionsThanTheLimit_HidesNoOtherJob()
    {
        var worker = await _bench.AddWorkerAsync();
        var stuck = await WantingAsync(regions: 30);
        _bench.Time.Advance(TimeSpan.FromSeconds(1));
        var later = await WantingAsync(regions: 3);

        var wanted = await _bench.Wanted.ReadAsync(limit: 10);

        Assert.Equal(stuck.JobId, wanted.First(region => region.JobId == stuck.JobId || region.JobId == later.JobId).JobId);
        Assert.InRange(wanted.Count(region => region.JobId == stuck.JobId), 1, 5);
        Assert.Contains(wanted, region => region.JobId == later.JobId);

        async Task<JobSeed> WantingAsync(int regions)
        {
            var key = await _bench.AddEndpointAsync(100);
            var job = await _bench.AddJobAsync(key, regions);
            Assert.Null((await _bench.AdmitAsync(key, PlacementBench.Candidate(job, worker.WorkerId))).LostRace);
            await _bench.SetStateAsync(job, "Running");
            return job;
        }
    }

    private static RegionCompleted Completed(JobSeed job, int region, string worker) =>
        new() { JobId = job.JobId, RegionId = region, Attempt = 1, WorkerId = worker, TilesDone = 4, Features = 7 };

    [Fact]
    public async Task PlanAsync_JobThatBeganAnew_HasTheRegionsOfItsLastPlanOnly()
    {
        var job = new JobSeed { Regions = 0, State = "Requested" };
        await JobSeed.InsertAsync(_bench.Database.DataSource, job);
        Task PlanAsync(params int[] tiles) => _bench.Board.PlanAsync(
            new PlannedRegions(job.JobId, "kind", [.. tiles.Select((count, region) => new ImageRegion(region, new PixelWindow(0, 0, 10, 10), count))]));
        await PlanAsync(4, 5, 6);

        await PlanAsync(7, 5);
        await PlanAsync(7, 5);

        Assert.Equal("7,5", await _bench.Database.ScalarAsync<string>("select string_agg(tiles::text, ',' order by region_id) from job_regions where job_id = $1", job.JobId));
    }
}
