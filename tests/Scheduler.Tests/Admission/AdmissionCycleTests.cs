using Swath.Contracts;
using Swath.Persistence.Capacity;
using Swath.Persistence.Placement;
using Swath.Scheduler.Maintenance;
using Swath.Testing;

namespace Swath.Scheduler.Tests.Admission;

public sealed class AdmissionCycleTests : IAsyncLifetime
{
    private AdmissionBench _bench = null!;

    public async Task InitializeAsync() => _bench = await AdmissionBench.CreateAsync();

    public async Task DisposeAsync() => await _bench.DisposeAsync();

    [Fact]
    public async Task RunAsync_RoomForTwoOfThree_AdmitsTheOldestAndNamesTheReason()
    {
        await _bench.AddEndpointAsync("endpoint", target: 10);
        await _bench.AddWorkerAsync("worker");
        var first = await _bench.AddJobAsync(new JobSeed { TileWorkers = 4 });
        _bench.Time.Advance(TimeSpan.FromSeconds(1));
        var second = await _bench.AddJobAsync(new JobSeed { TileWorkers = 4 });
        _bench.Time.Advance(TimeSpan.FromSeconds(1));
        var third = await _bench.AddJobAsync(new JobSeed { TileWorkers = 4 });

        var report = await _bench.CycleAsync();

        Assert.Equal(2, report.Admitted);
        Assert.Equivalent(new[] { first.JobId, second.JobId }, await _bench.AdmittedAsync());
        Assert.Equal(("WaitingForCapacity", "needs 4 of 10"), await _bench.ReasonAsync(third));
        Assert.Contains("admit", report.Steps.Keys);

        await _bench.FinishAsync(first.JobId);
        Assert.Equal(1, (await _bench.CycleAsync()).Admitted);
        Assert.Contains(third.JobId, await _bench.AdmittedAsync());
    }

    [Fact]
    public async Task RunAsync_FullEndpoint_DoesNotDelayAnother()
    {
        await _bench.AddEndpointAsync("full", target: 4);
        await _bench.AddEndpointAsync("idle", target: 4);
        await _bench.AddWorkerAsync("worker");
        await _bench.AddJobAsync(new JobSeed { Endpoint = "full", TileWorkers = 4 });
        await _bench.AddJobAsync(new JobSeed { Endpoint = "full", TileWorkers = 4 });
        var other = await _bench.AddJobAsync(new JobSeed { Endpoint = "idle", TileWorkers = 4 });

        Assert.Equal(2, (await _bench.CycleAsync()).Admitted);
        Assert.Contains(other.JobId, await _bench.AdmittedAsync());
    }

    [Fact]
    public async Task RunAsync_JobLargerThanTheEndpoint_RunsAlone()
    {
        await _bench.AddEndpointAsync("endpoint", target: 4);
        await _bench.AddWorkerAsync("worker");
        var huge = await _bench.AddJobAsync(new JobSeed { Regions = 10, TileWorkers = 4 });
        _bench.Time.Advance(TimeSpan.FromSeconds(1));
        var small = await _bench.AddJobAsync(new JobSeed { TileWorkers = 1 });

        Assert.Equal(1, (await _bench.CycleAsync()).Admitted);
        Assert.Equal([huge.JobId], await _bench.AdmittedAsync());
        Assert.True(await _bench.Database.ScalarAsync<bool>("select alone from capacity_reservations where job_id = $1", huge.JobId));
        Assert.Equal(4, Assert.Single(await _bench.Ledger.ReadAsync("endpoint")).Reserved);

        // Its ten regions of load 4 run one after another, and the endpoint is its own until the last has ended.
        for (var region = 1; region < 10; region++)
        {
            await _bench.FinishPlacedAsync(huge.JobId);
            Assert.Equal((0, 1), ((await _bench.CycleAsync()).Admitted, await PlacedAsync(huge)));
        }

        await _bench.FinishAsync(huge.JobId);
        await _bench.CycleAsync();
        Assert.Contains(small.JobId, await _bench.AdmittedAsync());
    }

    [Fact]
    public async Task RunAsync_BigJobThatDoesNotFit_LetsSmallOnesPassUntilItHasAgedPastThem()
    {
        await _bench.AddEndpointAsync("endpoint", target: 10);
        await _bench.AddWorkerAsync("worker");
        var running = await _bench.AddJobAsync(new JobSeed { TileWorkers = 6 });
        await _bench.CycleAsync();
        var big = await _bench.AddJobAsync(new JobSeed { TileWorkers = 8 });
        _bench.Time.Advance(TimeSpan.FromMinutes(1));
        var passing = await _bench.AddJobAsync(new JobSeed { TileWorkers = 2 });
        await _bench.CycleAsync();
        Assert.Contains(passing.JobId, await _bench.AdmittedAsync());

        _bench.Time.Advance(TimeSpan.FromMinutes(4));
        var late = await _bench.AddJobAsync(new JobSeed { TileWorkers = 2 });
        await _bench.CycleAsync();

        Assert.DoesNotContain(late.JobId, await _bench.AdmittedAsync());
        Assert.Equal("BehindLargerJob", (await _bench.ReasonAsync(late)).Reason);
        await _bench.FinishAsync(running.JobId);
        await _bench.CycleAsync();
        Assert.Contains(big.JobId, await _bench.AdmittedAsync());
    }

    [Fact]
    public async Task RunAsync_HardRuleNobodyMeets_WaitsOutsideTheQueueUntilAWorkerJoins()
    {
        await _bench.AddEndpointAsync("endpoint", target: 10);
        await _bench.AddWorkerAsync("worker");
        var picky = await _bench.AddJobAsync(new JobSeed { Affinity = """{"hard":{"tags":["hardware=gpu"]}}""" });
        var other = await _bench.AddJobAsync(new JobSeed());

        await _bench.CycleAsync();
        Assert.Equal([other.JobId], await _bench.AdmittedAsync());
        Assert.Equal(("NoEligibleWorker", "no living worker has the tag hardware=gpu"), await _bench.ReasonAsync(picky));
        Assert.Equal(0, (await _bench.CycleAsync()).PassedOver);

        await _bench.AddWorkerAsync("gpu worker", 100, "hardware=gpu");
        await _bench.CycleAsync();
        Assert.Contains(picky.JobId, await _bench.AdmittedAsync());
        Assert.Equal("gpu worker", await _bench.Database.ScalarAsync<string>("select worker_id from job_regions where job_id = $1", picky.JobId));
    }

    [Fact]
    public async Task RunAsync_ManyHeadsPinnedToABusyWorker_HideNoJobThatIsFreeToRunElsewhere()
    {
        await _bench.AddEndpointAsync("endpoint", target: 1_000);
        await _bench.AddWorkerAsync("busy", slots: 1);
        await _bench.AddJobAsync(new JobSeed { Affinity = """{"hard":{"workerId":"busy"}}""" });
        Assert.Equal(1, (await _bench.CycleAsync()).Admitted);
        await _bench.AddWorkerAsync("free", slots: 1);
        for (var job = 0; job < 40; job++)
            await _bench.AddJobAsync(new JobSeed { Affinity = """{"hard":{"workerId":"busy"}}""" });
        _bench.Time.Advance(TimeSpan.FromSeconds(1));
        var free = await _bench.AddJobAsync(new JobSeed());

        Assert.Equal(1, (await _bench.CycleAsync()).Admitted);
        Assert.Contains(free.JobId, await _bench.AdmittedAsync());
    }

    [Fact]
    public async Task RunAsync_RowSaysThatNoWorkerTakesTheJob_IsAdmittedAllTheSame()
    {
        await _bench.AddEndpointAsync("endpoint", target: 10);
        await _bench.AddWorkerAsync("worker");
        var job = await _bench.AddJobAsync(new JobSeed());
        await _bench.Database.ExecuteAsync("update queue set reason = 'NoEligibleWorker' where job_id = $1", job.JobId);

        Assert.Equal(1, (await _bench.CycleAsync()).Admitted);
    }

    [Fact]
    public async Task RunAsync_TwoRivalsInOneBatch_SeeEachOther()
    {
        await _bench.AddEndpointAsync("endpoint", target: 10);
        await _bench.AddWorkerAsync("only");
        await _bench.AddJobAsync(new JobSeed { Kind = "detect", Affinity = """{"antiJobKinds":["flood"]}""" });
        _bench.Time.Advance(TimeSpan.FromSeconds(1));
        var rival = await _bench.AddJobAsync(new JobSeed { Kind = "flood" });

        Assert.Equal(1, (await _bench.CycleAsync()).Admitted);
        Assert.Equal("NoFreeSlot", (await _bench.ReasonAsync(rival)).Reason);
        await _bench.AddWorkerAsync("second");
        Assert.Equal(1, (await _bench.CycleAsync()).Admitted);
    }

    [Fact]
    public async Task RunAsync_TenantAtItsLimit_WaitsAndTheNextTenantRuns()
    {
        await _bench.AddEndpointAsync("endpoint", target: 10);
        await _bench.AddWorkerAsync("worker");
        await _bench.AddTenantAsync("limited", "enterprise", maxRunning: 1);
        await _bench.AddJobAsync(new JobSeed { Tenant = "limited" });
        _bench.Time.Advance(TimeSpan.FromSeconds(1));
        var second = await _bench.AddJobAsync(new JobSeed { Tenant = "limited" });
        var other = await _bench.AddJobAsync(new JobSeed { Tenant = "other" });

        Assert.Equal(2, (await _bench.CycleAsync()).Admitted);
        Assert.Contains(other.JobId, await _bench.AdmittedAsync());
        Assert.Equal(("TenantLimit", "tenant limited (enterprise) may run 1 jobs at once"), await _bench.ReasonAsync(second));
    }

    [Fact]
    public async Task RunAsync_ThrottlingSwitchedOff_AdmitsAllAndStillRecords()
    {
        await _bench.AddEndpointAsync("endpoint", target: 1);
        await _bench.AddWorkerAsync("worker");
        for (var job = 0; job < 5; job++)
            await _bench.AddJobAsync(new JobSeed { TileWorkers = 4 });
        Assert.Equal(1, (await _bench.CycleAsync()).Admitted);

        _bench.Options.CurrentValue.ThrottlingEnabled = false;

        // The first one, larger than the endpoint, has reserved all of it.
        Assert.Equal(4, (await _bench.CycleAsync()).Admitted);
        Assert.Equal(17, (await _bench.Ledger.ReadAsync("endpoint"))[0].Reserved);
    }

    [Fact]
    public async Task RunAsync_TargetPercentageChanged_AppliesToTheNextDecision()
    {
        await _bench.AddEndpointAsync("endpoint", target: 10);
        await _bench.AddWorkerAsync("worker");
        for (var job = 0; job < 3; job++)
            await _bench.AddJobAsync(new JobSeed { TileWorkers = 4 });
        _bench.Options.CurrentValue.CapacityTargetPercentage = 0.5;
        Assert.Equal(1, (await _bench.CycleAsync()).Admitted);

        _bench.Options.CurrentValue.CapacityTargetPercentage = 1.2;

        Assert.Equal(2, (await _bench.CycleAsync()).Admitted);
        Assert.Equal(12, (await _bench.Ledger.ReadAsync("endpoint"))[0].Target);
    }

    [Fact]
    public async Task RunAsync_MoreRegionsThanSlots_StartsWithTheSlotsAndGoesOnAsTheyFree()
    {
        await _bench.AddEndpointAsync("endpoint", target: 100);
        var worker = await _bench.AddWorkerAsync("worker", slots: 2);
        var job = await _bench.AddJobAsync(new JobSeed { Regions = 3 });

        await _bench.CycleAsync();
        Assert.Equal(2, (await _bench.Workers.GetJobsByWorkerAsync("worker")).Count);
        await _bench.Database.ExecuteAsync("update jobs set state = 'Running' where job_id = $1", job.JobId);
        Assert.Equal(0, (await _bench.CycleAsync()).Resumed);

        Assert.True(await _bench.Board.CompleteAsync(new RegionCompleted
        {
            JobId = job.JobId,
            RegionId = 0,
            Attempt = 1,
            WorkerId = worker.WorkerId,
            TilesDone = 1,
            Features = 0,
        }));
        Assert.Equal(1, (await _bench.CycleAsync()).Resumed);
        Assert.Equal(1, await _bench.Database.ScalarAsync<long>("select count(*) from message_pending where message::text like '%:RegionReassigned%'"));
    }

    [Fact]
    public async Task RunAsync_LostWorker_ItsRegionsGoToAnotherUnderANewToken()
    {
        // Leases have their time after the database's server has started, which here may be a moment ago.
        var rescuer = _bench.Hosted<LostWorkerRescuer>();
        for (var waited = TimeSpan.Zero; waited <= WorkerRegistry.DefaultLease; waited += TimeSpan.FromSeconds(5))
        {
            await rescuer.RunOnceAsync();
            _bench.Time.Advance(TimeSpan.FromSeconds(5));
        }

        await _bench.AddEndpointAsync("endpoint", target: 100);
        var lost = await _bench.AddWorkerAsync("lost");
        var job = await _bench.AddJobAsync(new JobSeed());
        await _bench.CycleAsync();
        await _bench.Database.ExecuteAsync("update jobs set state = 'Running' where job_id = $1", job.JobId);
        await _bench.Board.TryAcceptAsync(job.JobId, 0, 1, lost.WorkerId, lost.Incarnation);
        await _bench.Database.ExecuteAsync("update workers set lease_until = $1", _bench.Now.AddSeconds(-1));
        await _bench.AddWorkerAsync("next");

        await rescuer.RunOnceAsync();
        Assert.Equal(1, (await _bench.CycleAsync()).Resumed);

        Assert.Equal("next", await _bench.Database.ScalarAsync<string>("select worker_id from job_regions where job_id = $1", job.JobId));
        Assert.Equal(2, await _bench.Database.ScalarAsync<int>("select attempt from job_regions where job_id = $1", job.JobId));
    }

    [Fact]
    public async Task RunAsync_MoreJobsThanOneReadSees_AdmitsAllInOneCycle()
    {
        await _bench.AddEndpointAsync("endpoint", target: 10_000);
        await _bench.AddWorkerAsync("worker", slots: 10_000);
        await JobSeed.InsertAsync(_bench.Database.DataSource, [.. Enumerable.Range(0, 1_200).Select(number => new JobSeed { Tenant = $"t{number % 7}", QueuedAt = _bench.Now })]);
        _bench.Options.CurrentValue.BatchSize = 300;
        foreach (var tenant in Enumerable.Range(0, 7))
            await _bench.AddTenantAsync($"t{tenant}", "standard", maxRunning: 100_000);

        Assert.Equal(1_200, (await _bench.CycleAsync()).Admitted);
    }

    [Fact]
    public async Task RunAsync_EndpointThatCannotBeDescribed_IsAReasonAndNoFailure()
    {
        _bench.Estimator.MaxCapacity = null;
        await _bench.Capacities.RefreshAsync("endpoint", EndpointType.SageMaker, null);
        await _bench.AddWorkerAsync("worker");
        var job = await _bench.AddJobAsync(new JobSeed());

        Assert.Equal(0, (await _bench.CycleAsync()).Admitted);
        await _bench.Hosted<QueuePositionUpdater>().RunOnceAsync();
        Assert.Equal(("EndpointUnknown", "endpoint endpoint does not exist"), await _bench.ReasonAsync(job));

        _bench.Estimator.MaxCapacity = 4;
        await _bench.Capacities.RefreshAsync("endpoint", EndpointType.SageMaker, null);
        Assert.Equal(1, (await _bench.CycleAsync()).Admitted);
    }


    [Fact]
    public async Task Queue_JobWhoseRegionsAreNotWrittenDown_HasNoLoadOfItsOwn()
    {
        var job = await _bench.AddJobAsync(new JobSeed { Regions = 2, TileWorkers = 4, Tiles = 3 });
        const string Load = "select r.load from jobs j cross join lateral swath_queue_row(j) r where j.job_id = $1";
        Assert.Equal(6, await _bench.Database.ScalarAsync<int?>(Load, job.JobId));

        await _bench.Database.ExecuteAsync("delete from job_regions where job_id = $1", job.JobId);

        Assert.Null(await _bench.Database.ScalarAsync<int?>(Load, job.JobId));
    }

    [Fact]
    public async Task RunAsync_OneJobThatTheDatabaseRefuses_WaitsAloneWithItsReasonAndIsTriedAgain()
    {
        await _bench.AddEndpointAsync("endpoint", target: 100);
        await _bench.AddWorkerAsync("worker");
        var jobs = new List<JobSeed>();
        for (var job = 0; job < 20; job++)
            jobs.Add(await _bench.AddJobAsync(new JobSeed()));
        await _bench.Database.ExecuteAsync(
            $"""
            create function refuse_misfit() returns trigger language plpgsql as $$
            begin
              if new.job_id = '{jobs[7].JobId}' then raise check_violation using message = 'it does not fit'; end if;
              return new;
            end $$;
            create trigger refuse_misfit before insert on capacity_reservations for each row execute function refuse_misfit();
            """);

        await _bench.CycleAsync();

        Assert.Equal(jobs.Where(job => job != jobs[7]).Select(job => job.JobId).Order(), (await _bench.AdmittedAsync()).Order());
        Assert.Equal(("AdmissionRefused", "the database refused it: it does not fit"), await _bench.ReasonAsync(jobs[7]));

        // It rests, and is then tried again.
        await _bench.Database.ExecuteAsync("drop trigger refuse_misfit on capacity_reservations");
        Assert.Equal(0, (await _bench.CycleAsync()).Admitted);
        _bench.Time.Advance(TimeSpan.FromSeconds(10));
        Assert.Equal(1, (await _bench.CycleAsync()).Admitted);
    }

    private async Task<int> PlacedAsync(JobSeed job) => (int)await _bench.Database.ScalarAsync<long>(
        "select count(*) from job_regions where job_id = $1 and worker_id is not null and ended_at is null", job.JobId);
}
