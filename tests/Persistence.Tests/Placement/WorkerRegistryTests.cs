using Swath.Persistence.Placement;
using Swath.Testing;

namespace Swath.Persistence.Tests.Placement;

public sealed class WorkerRegistryTests(DatabaseFixture database) : IClassFixture<DatabaseFixture>
{
    private readonly PlacementBench _bench = new(database.Database);

    [Fact]
    public async Task GetLivingWorkersAsync_LapsedDrainingOrGone_AreNotThere()
    {
        var (living, lapsed, draining, gone) = (await _bench.AddWorkerAsync(), await _bench.AddWorkerAsync(), await _bench.AddWorkerAsync(), await _bench.AddWorkerAsync());
        _bench.Time.Advance(TimeSpan.FromSeconds(31));
        await _bench.Workers.UpdateStatusBatchAsync([.. new[] { living, draining, gone }.Select(worker => new WorkerStatus(worker.WorkerId, worker.Incarnation))]);
        Assert.True(await _bench.Workers.DrainAsync(draining.WorkerId));
        await _bench.Workers.LeaveAsync(gone.WorkerId, gone.Incarnation);

        var ids = (await _bench.Workers.GetLivingWorkersAsync()).Select(worker => worker.WorkerId).ToArray();

        Assert.Contains(living.WorkerId, ids);
        Assert.DoesNotContain(lapsed.WorkerId, ids);
        Assert.DoesNotContain(draining.WorkerId, ids);
        Assert.DoesNotContain(gone.WorkerId, ids);
    }

    [Fact]
    public async Task RenewAsync_AnotherIncarnationTookTheName_IsNotRenewed()
    {
        var worker = await _bench.AddWorkerAsync();
        await _bench.Workers.RegisterAsync(worker with { Incarnation = Guid.NewGuid() });

        Assert.False((await _bench.Workers.RenewAsync(new WorkerStatus(worker.WorkerId, worker.Incarnation))).Renewed);
    }

    [Fact]
    public async Task RenewAsync_OperatorAskedToDrain_IsTold()
    {
        var worker = await _bench.AddWorkerAsync();
        await _bench.Workers.DrainAsync(worker.WorkerId);

        var renewal = await _bench.Workers.RenewAsync(new WorkerStatus(worker.WorkerId, worker.Incarnation));

        Assert.Equal((true, true), (renewal.Renewed, renewal.Draining));
    }

    [Fact]
    public async Task DrainAsync_ByAnIncarnationThatHasASuccessor_LeavesTheSuccessorAlone()
    {
        var old = await _bench.AddWorkerAsync();
        var successor = old with { Incarnation = Guid.NewGuid() };
        await _bench.Workers.RegisterAsync(successor);

        Assert.False(await _bench.Workers.DrainAsync(old.WorkerId, old.Incarnation));
        Assert.Contains(await _bench.Workers.GetLivingWorkersAsync(), worker => worker.WorkerId == successor.WorkerId);
        Assert.True(await _bench.Workers.DrainAsync(successor.WorkerId, successor.Incarnation));
        Assert.DoesNotContain(await _bench.Workers.GetLivingWorkersAsync(), worker => worker.WorkerId == successor.WorkerId);
    }

    [Fact]
    public async Task DrainAsync_RegionNotBegun_IsWantedAtOnce()
    {
        var (job, worker, _) = await _bench.StartAsync();

        await _bench.Workers.DrainAsync(worker.WorkerId);

        Assert.Contains(await _bench.Wanted.ReadAsync(1_000), region => region.JobId == job.JobId);
    }

    [Fact]
    public async Task GetAvailableWorkersAsync_ByFreeSlots_MostFirstFullOnesNot()
    {
        var (_, full, _) = await _bench.StartAsync(regions: 3);
        var (small, large) = (await _bench.AddWorkerAsync(slots: 2), await _bench.AddWorkerAsync(slots: 900));

        var available = await _bench.Workers.GetAvailableWorkersAsync();

        Assert.Equal(large.WorkerId, available[0].WorkerId);
        Assert.Contains(available, worker => worker.WorkerId == small.WorkerId);
        Assert.DoesNotContain(available, worker => worker.WorkerId == full.WorkerId);
    }

    [Fact]
    public async Task GetJobsByWorkerAsync_AfterPlacement_NamesTheRegions()
    {
        var (job, worker, _) = await _bench.StartAsync(regions: 2);

        var held = await _bench.Workers.GetJobsByWorkerAsync(worker.WorkerId);

        Assert.Equal([(job.JobId, 0, 1), (job.JobId, 1, 1)], held.Select(region => (region.JobId, region.RegionId, region.Attempt)));
    }

    [Fact]
    public async Task RenewAsync_StoppedJob_NoLongerNamesItsRegions()
    {
        var (job, worker, _) = await _bench.StartAsync(regions: 2);
        var claims = new[] { new RegionClaim(job.JobId, 0, 1), new RegionClaim(job.JobId, 1, 1) };
        var status = new WorkerStatus(worker.WorkerId, worker.Incarnation);
        Assert.Empty((await _bench.Workers.RenewAsync(status)).Begun);
        foreach (var claim in claims)
            await _bench.Board.TryAcceptAsync(claim.JobId, claim.RegionId, claim.Attempt, worker.WorkerId, worker.Incarnation);

        Assert.Equal(claims, (await _bench.Workers.RenewAsync(status)).Begun.OrderBy(claim => claim.RegionId));
        Assert.Equal(claims, (await _bench.Workers.GetBegunRegionsAsync(job.JobId)).Select(begun => begun.Claim));
        await _bench.SetStateAsync(job, "Cancelled");
        await _bench.Ledger.ReleaseAsync(job.JobId);
        Assert.Empty((await _bench.Workers.RenewAsync(status)).Begun);
    }

    [Fact]
    public async Task GetQueueDepthAsync_WaitingJobs_AreCountedByTenantAndReason()
    {
        var key = await _bench.AddEndpointAsync(1);
        await _bench.AddJobAsync(key, tenant: "counted");
        await _bench.AddJobAsync(key, tenant: "counted");

        Assert.Contains(new QueueDepth("counted", "NotConsidered", 2), await _bench.Workers.GetQueueDepthAsync());
    }
}
