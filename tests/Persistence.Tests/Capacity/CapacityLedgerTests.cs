using Npgsql;
using Swath.Contracts;
using Swath.Persistence.Capacity;
using Swath.Persistence.Tests.Placement;
using Swath.Testing;

namespace Swath.Persistence.Tests.Capacity;

public sealed class CapacityLedgerTests(DatabaseFixture database) : IClassFixture<DatabaseFixture>
{
    private readonly PlacementBench _bench = new(database.Database);

    [Fact]
    public async Task TryAdmitAsync_JobsThatFit_ReservesPlacesAndTellsInOneTransaction()
    {
        var key = await _bench.AddEndpointAsync(target: 100);
        var worker = await _bench.AddWorkerAsync(slots: 8);
        var job = await _bench.AddJobAsync(key, regions: 3, tileWorkers: 4);

        var outcome = await _bench.AdmitAsync(key, PlacementBench.Candidate(job, worker.WorkerId, worker.WorkerId, worker.WorkerId));

        var reserved = Assert.Single(outcome.Admitted);
        Assert.Equal(12, reserved.Load);
        Assert.Equal([0, 1, 2], reserved.Placements.Select(placement => placement.RegionId).Order());
        Assert.All(reserved.Placements, placement => Assert.Equal((worker.WorkerId, 1), (placement.WorkerId, placement.Attempt)));
        Assert.Equal(12, (await _bench.EntryAsync(key)).Reserved);
        Assert.Equal(0, await _bench.CountAsync("select count(*) from queue where job_id = $1", job.JobId));
        Assert.Equal(1, await _bench.MessagesAsync(job, "CapacityReserved"));
    }

    [Fact]
    public async Task TryAdmitAsync_MoreRegionsThanWorkers_LeavesTheRestWantingOne()
    {
        var key = await _bench.AddEndpointAsync(target: 100);
        var worker = await _bench.AddWorkerAsync();
        var job = await _bench.AddJobAsync(key, regions: 3);

        var outcome = await _bench.AdmitAsync(key, PlacementBench.Candidate(job, worker.WorkerId));

        Assert.Equal(0, Assert.Single(Assert.Single(outcome.Admitted).Placements).RegionId);
        Assert.Equal(3, (await _bench.EntryAsync(key)).Reserved);
        Assert.Equal(2, await _bench.CountAsync("select count(*) from job_regions where job_id = $1 and wanted_since is not null", job.JobId));
    }

    [Fact]
    public async Task TryAdmitAsync_OlderVersionSeen_WritesNothing()
    {
        var key = await _bench.AddEndpointAsync(target: 10);
        var worker = await _bench.AddWorkerAsync();
        var (first, second) = (await _bench.AddJobAsync(key, tileWorkers: 6), await _bench.AddJobAsync(key, tileWorkers: 6));
        var seen = await _bench.EntryAsync(key);
        await _bench.AdmitAsync(key, PlacementBench.Candidate(first, worker.WorkerId));

        var outcome = await _bench.Ledger.TryAdmitAsync(new AdmissionBatch
        {
            Key = key,
            SeenVersion = seen.Version,
            Jobs = [PlacementBench.Candidate(second, worker.WorkerId)],
            SeenWorkers = new Dictionary<string, long> { [worker.WorkerId] = 1 },
        });

        Assert.Equal(LostRace.Ledger, outcome.LostRace);
        Assert.Equal(6, (await _bench.EntryAsync(key)).Reserved);
        Assert.Equal(0, await _bench.MessagesAsync(second, "CapacityReserved"));
    }

    [Fact]
    public async Task TryAdmitAsync_WorkerTakenMeanwhile_WritesNothing()
    {
        var key = await _bench.AddEndpointAsync(target: 10);
        var worker = await _bench.AddWorkerAsync();
        var job = await _bench.AddJobAsync(key);

        var outcome = await _bench.Ledger.TryAdmitAsync(new AdmissionBatch
        {
            Key = key,
            SeenVersion = (await _bench.EntryAsync(key)).Version,
            Jobs = [PlacementBench.Candidate(job, worker.WorkerId)],
            SeenWorkers = new Dictionary<string, long> { [worker.WorkerId] = -1 },
        });

        Assert.Equal(LostRace.Workers, outcome.LostRace);
        var entry = await _bench.EntryAsync(key);
        Assert.Equal((0, 0L), (entry.Reserved, entry.Version));
        Assert.Equal(1, await _bench.CountAsync("select count(*) from queue where job_id = $1", job.JobId));
    }

    [Fact]
    public async Task TryAdmitAsync_TenantAtItsLimit_WritesNothing()
    {
        var key = await _bench.AddEndpointAsync(target: 10);
        var tenant = $"tenant-{Guid.NewGuid():N}";
        var jobs = new[] { await _bench.AddJobAsync(key, tenant: tenant), await _bench.AddJobAsync(key, tenant: tenant) };
        var worker = await _bench.AddWorkerAsync();

        var outcome = await _bench.Ledger.TryAdmitAsync(new AdmissionBatch
        {
            Key = key,
            SeenVersion = (await _bench.EntryAsync(key)).Version,
            Jobs = [.. jobs.Select(job => PlacementBench.Candidate(job, worker.WorkerId))],
            SeenWorkers = new Dictionary<string, long> { [worker.WorkerId] = 0 },
            TenantLimits = new Dictionary<string, int> { [tenant] = 1 },
        });

        Assert.Equal(LostRace.Tenants, outcome.LostRace);
        Assert.Equal(0, (await _bench.EntryAsync(key)).Reserved);
    }

    [Fact]
    public async Task TryAdmitAsync_JobCancelledMeanwhile_AdmitsTheOthers()
    {
        var key = await _bench.AddEndpointAsync(target: 10);
        var worker = await _bench.AddWorkerAsync();
        var (cancelled, other) = (await _bench.AddJobAsync(key), await _bench.AddJobAsync(key));
        await _bench.SetStateAsync(cancelled, "Cancelled");

        var outcome = await _bench.AdmitAsync(key, PlacementBench.Candidate(cancelled, worker.WorkerId), PlacementBench.Candidate(other, worker.WorkerId));

        Assert.Equal(other.JobId, Assert.Single(outcome.Admitted).JobId);
        Assert.Equal(1, (await _bench.EntryAsync(key)).Reserved);
    }

    [Fact]
    public async Task Database_ReservationAboveTarget_IsRefusedUnlessAlone()
    {
        var key = await _bench.AddEndpointAsync(target: 10);
        await ReserveByHandAsync(key, 100);

        var refusal = await Assert.ThrowsAsync<PostgresException>(() => ReserveByHandAsync(key, 1));

        Assert.Equal("endpoint_capacity_not_over_committed", refusal.ConstraintName);
        Assert.Equal(100, (await _bench.EntryAsync(key)).Reserved);
    }

    [Fact]
    public async Task Database_ReservedWrittenByHand_IsRefused()
    {
        var key = await _bench.AddEndpointAsync(target: 10);

        var refusal = await Assert.ThrowsAsync<PostgresException>(
            () => _bench.Database.ExecuteAsync("update endpoint_capacity set reserved = 1, holders = 1 where endpoint = $1", key.Endpoint));

        Assert.Equal("endpoint_capacity_kept_by_reservations", refusal.ConstraintName);
    }

    [Fact]
    public async Task RefreshAsync_TargetBelowWhatRuns_IsLegalAndAdmitsNothingMore()
    {
        var key = await _bench.AddEndpointAsync(target: 10);
        await ReserveByHandAsync(key, 4);
        await ReserveByHandAsync(key, 4);

        await _bench.Ledger.RefreshAsync(key, maxCapacity: 5, target: 5);

        Assert.Equal(-3, (await _bench.EntryAsync(key)).Available);
        await Assert.ThrowsAsync<PostgresException>(() => ReserveByHandAsync(key, 1));
        await _bench.Database.ExecuteAsync("update capacity_reservations set released = released + 1 where endpoint = $1", key.Endpoint);
        Assert.Equal(6, (await _bench.EntryAsync(key)).Reserved);
    }

    [Fact]
    public async Task ReleaseAsync_CancelledJob_GivesAllBackAndTakesItsRegionsFromTheWorker()
    {
        var (job, worker, key) = await _bench.StartAsync(tileWorkers: 4, regions: 2);
        await _bench.SetStateAsync(job, "Cancelled");

        Assert.Equal(8, await _bench.Ledger.ReleaseAsync(job.JobId));

        Assert.Equal((0, 0), ((await _bench.EntryAsync(key)).Reserved, (await _bench.EntryAsync(key)).Holders));
        Assert.Empty(await _bench.Workers.GetJobsByWorkerAsync(worker.WorkerId));
        Assert.Equal(0, await _bench.Ledger.ReleaseAsync(job.JobId));
    }

    [Fact]
    public async Task ReleaseAsync_CommandOfAnEarlierPauseComesAgain_LeavesTheResumedJobAlone()
    {
        var (job, worker, key) = await _bench.StartAsync(tileWorkers: 4);
        await _bench.SetStateAsync(job, "Paused");
        await _bench.Ledger.ReleaseAsync(job.JobId);
        await _bench.SetStateAsync(job, "Queued");
        var again = await _bench.AdmitAsync(key, PlacementBench.Candidate(job, worker.WorkerId));
        Assert.Equal(2, Assert.Single(Assert.Single(again.Admitted).Placements).Attempt);

        Assert.Equal(0, await _bench.Ledger.ReleaseAsync(job.JobId));
        await _bench.SetStateAsync(job, "Running");
        Assert.Equal(0, await _bench.Ledger.ReleaseAsync(job.JobId));

        Assert.Equal(4, (await _bench.EntryAsync(key)).Reserved);
    }

    [Fact]
    public async Task TryAdmitAsync_JobStillHoldsWhatItHeldBeforeItsPause_WaitsForTheRelease()
    {
        var (job, worker, key) = await _bench.StartAsync();
        await _bench.SetStateAsync(job, "Queued");

        Assert.Empty((await _bench.AdmitAsync(key, PlacementBench.Candidate(job, worker.WorkerId))).Admitted);
        Assert.Equal(4, await _bench.Ledger.ReleaseAsync(job.JobId));
        Assert.Single((await _bench.AdmitAsync(key, PlacementBench.Candidate(job, worker.WorkerId))).Admitted);
    }

    [Fact]
    public async Task ReconcileAsync_NothingWrong_SaysNothing()
    {
        await _bench.StartAsync();
        _bench.Time.Advance(TimeSpan.FromHours(1));
        await _bench.Ledger.ReconcileAsync();

        Assert.Empty(await _bench.Ledger.ReconcileAsync());
    }

    [Fact]
    public async Task ReconcileAsync_JobOverButStillHolding_GivesBack()
    {
        var (job, _, key) = await _bench.StartAsync();
        await _bench.SetStateAsync(job, "Failed");
        _bench.Time.Advance(TimeSpan.FromMinutes(5));

        Assert.Contains(await _bench.Ledger.ReconcileAsync(), repair => repair.JobId == job.JobId);
        Assert.Equal(0, (await _bench.EntryAsync(key)).Reserved);
    }

    [Fact]
    public async Task ReconcileAsync_LedgerWrittenAroundTheTriggers_IsCorrected()
    {
        var (_, _, key) = await _bench.StartAsync(tileWorkers: 4);
        await _bench.Database.ExecuteAsync(
            $"do $$ begin set local swath.repair = 'on'; update endpoint_capacity set reserved = 99 where endpoint = '{key.Endpoint}'; end $$");

        Assert.Contains(await _bench.Ledger.ReconcileAsync(), repair => repair.What.Contains(key.Endpoint, StringComparison.Ordinal));
        Assert.Equal(4, (await _bench.EntryAsync(key)).Reserved);
    }

    [Fact]
    public async Task ReconcileAsync_RunningJobWithAForgottenRegion_LooksForAWorkerAndRecordsTheLoad()
    {
        var (job, _, key) = await _bench.StartAsync(tileWorkers: 4);
        await _bench.Database.ExecuteAsync("update job_regions set worker_id = null, placed_at = null where job_id = $1", job.JobId);
        await _bench.Database.ExecuteAsync("delete from capacity_reservations where job_id = $1", job.JobId);
        _bench.Time.Advance(TimeSpan.FromMinutes(5));

        Assert.Contains(await _bench.Ledger.ReconcileAsync(), repair => repair.JobId == job.JobId);
        Assert.Contains(await _bench.Wanted.ReadAsync(1_000), region => region.JobId == job.JobId);
        Assert.Equal(4, (await _bench.EntryAsync(key)).Reserved);
    }

    private Task<int> ReserveByHandAsync(EndpointVariant key, int load) => _bench.Database.ExecuteAsync(
        "insert into capacity_reservations (job_id, endpoint, tenant, load, reserved_at) values (gen_random_uuid(), $1, 'by hand', $2, now())",
        key.Endpoint, load);
}
