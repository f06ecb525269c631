using Npgsql;
using Swath.Contracts;
using Swath.Persistence.Capacity;
using Swath.Persistence.Placement;
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
            Target = seen.Target,
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
            Target = 10,
            Jobs = [PlacementBench.Candidate(job, worker.WorkerId)],
            SeenWorkers = new Dictionary<string, long> { [worker.WorkerId] = -1 },
        });

        Assert.Equal(LostRace.Workers, outcome.LostRace);
        var entry = await _bench.EntryAsync(key);
        Assert.Equal((0, 1L), (entry.Reserved, entry.Version));
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
            Target = 10,
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
    public async Task TryAdmitAsync_JobLargerThanTheEndpoint_ReservesTheTargetAndPlacesWhatFits()
    {
        var key = await _bench.AddEndpointAsync(target: 10);
        var worker = await _bench.AddWorkerAsync(slots: 100);
        var job = await _bench.AddJobAsync(key, regions: 20, tileWorkers: 4);

        var reserved = Assert.Single((await _bench.AdmitAsync(
            key, PlacementBench.Candidate(job, [.. Enumerable.Repeat(worker.WorkerId, 20)]) with { Alone = true })).Admitted);

        Assert.Equal((10, 10), (reserved.Load, (await _bench.EntryAsync(key)).Reserved));
        Assert.Equal([4, 4], reserved.Placements.Select(placement => placement.Requests));
        await _bench.SetStateAsync(job, "Running");
        Assert.Empty(await WantedOfAsync(job));

        // One by one: what ends makes room for the next, and capacity is given back when nothing waits behind it.
        for (var left = 20; left > 0; left--)
        {
            var held = (await _bench.Workers.GetJobsByWorkerAsync(worker.WorkerId))[0];
            Assert.True(await _bench.Board.CompleteAsync(new RegionCompleted
            {
                JobId = job.JobId,
                RegionId = held.RegionId,
                Attempt = held.Attempt,
                WorkerId = worker.WorkerId,
                TilesDone = 1,
                Features = 0,
            }));
            Assert.Equal(Math.Min(10, (left - 1) * 4), (await _bench.EntryAsync(key)).Reserved);
            await PlaceWantedAsync(job, worker);
            Assert.True(await _bench.CountAsync(
                "select coalesce(sum(load), 0) from job_regions where job_id = $1 and worker_id is not null and ended_at is null", job.JobId) <= 10);
        }

        Assert.Equal(0, (await _bench.EntryAsync(key)).Holders);
    }

    [Fact]
    public async Task TryPlaceAsync_TwoSchedulersWithTheRegionsOfOneLargeJob_StayWithinWhatItReserved()
    {
        var key = await _bench.AddEndpointAsync(target: 10);
        var worker = await _bench.AddWorkerAsync(slots: 100);
        var job = await _bench.AddJobAsync(key, regions: 20, tileWorkers: 4);
        await _bench.AdmitAsync(key, PlacementBench.Candidate(job, worker.WorkerId) with { Alone = true });
        await _bench.SetStateAsync(job, "Running");
        var seen = await WantedOfAsync(job);
        Assert.Single(seen);
        var other = await _bench.AddWorkerAsync(slots: 100);
        var versions = (await _bench.Workers.GetLivingWorkersAsync()).ToDictionary(living => living.WorkerId, living => living.Version);

        var placed = await Task.WhenAll(new[] { worker, other }.Select((host, index) => _bench.Wanted.TryPlaceAsync(
            [new RegionAssignment(seen[0] with { RegionId = seen[0].RegionId + index }, host.WorkerId)], versions)));

        Assert.Single(placed.SelectMany(regions => regions!));
    }

    [Fact]
    public async Task TryAdmitAsync_RegionWithFewerTilesThanWorkers_ReservesItsTiles()
    {
        var key = await _bench.AddEndpointAsync(target: 10);
        var worker = await _bench.AddWorkerAsync();
        var job = new JobSeed { Endpoint = key.Endpoint, Regions = 2, TileWorkers = 4, Tiles = 1 };
        await JobSeed.InsertAsync(_bench.Database.DataSource, job);

        var reserved = Assert.Single((await _bench.AdmitAsync(key, PlacementBench.Candidate(job, worker.WorkerId))).Admitted);

        Assert.Equal((2, 1), (reserved.Load, Assert.Single(reserved.Placements).Requests));
    }

    [Fact]
    public async Task Database_ReservationAboveTarget_IsRefused()
    {
        var key = await _bench.AddEndpointAsync(target: 10);
        await ReserveByHandAsync(key, 9);

        var refusal = await Assert.ThrowsAsync<PostgresException>(() => ReserveByHandAsync(key, 2));

        Assert.Equal("capacity_ledger_not_over_committed", refusal.ConstraintName);
        Assert.Equal(9, (await _bench.EntryAsync(key)).Reserved);
    }

    [Fact]
    public async Task Database_LedgerChangedByHand_IsRefused()
    {
        var key = await _bench.AddEndpointAsync(target: 10);
        await ReserveByHandAsync(key, 4);

        foreach (var statement in new[] { "update capacity_ledger set reserved = 0, holders = 0 where endpoint = $1", "delete from capacity_ledger where endpoint = $1" })
        {
            var refusal = await Assert.ThrowsAsync<PostgresException>(() => _bench.Database.ExecuteAsync(statement, key.Endpoint));
            Assert.Equal(PostgresErrorCodes.RestrictViolation, refusal.SqlState);
        }

        // Reserved is worked out by the database, whatever the statement says.
        await _bench.Database.ExecuteAsync(
            "insert into capacity_ledger (endpoint, seq, max_capacity, target, reserved, holders) select endpoint, seq + 1, 10, 10, 0, 0 from capacity where endpoint = $1",
            key.Endpoint);
        Assert.Equal((4, 1), ((await _bench.EntryAsync(key)).Reserved, (await _bench.EntryAsync(key)).Holders));
    }

    [Fact]
    public async Task Database_ReservationWithoutItsRowOfTheLedger_IsRefused()
    {
        var key = await _bench.AddEndpointAsync(target: 10);
        await ReserveByHandAsync(key, 4);

        foreach (var seq in new[] { "null", "2" })
        {
            var refusal = await Assert.ThrowsAsync<PostgresException>(() => _bench.Database.ExecuteAsync(
                $"insert into capacity_reservations (job_id, endpoint, tenant, load, reserved_at, ledger_seq) values (gen_random_uuid(), $1, 'by hand', 4, now(), {seq})", key.Endpoint));
            Assert.Equal("capacity_reservations_opened_by_ledger", refusal.ConstraintName);
        }

        var row = await Assert.ThrowsAsync<PostgresException>(() => _bench.Database.ExecuteAsync(
            "insert into capacity_ledger (endpoint, seq, max_capacity, target, added, admitted) select endpoint, seq + 1, 10, 10, 4, 1 from capacity where endpoint = $1", key.Endpoint));
        Assert.Equal("capacity_ledger_adds_its_reservations", row.ConstraintName);
        Assert.Equal(4, (await _bench.EntryAsync(key)).Reserved);
    }

    [Fact]
    public async Task RefreshAsync_NothingNew_WritesNothing()
    {
        var key = await _bench.AddEndpointAsync(target: 10);

        await _bench.Ledger.RefreshAsync(key, 10, 10);
        Assert.Equal(1, (await _bench.EntryAsync(key)).Version);
        await _bench.Ledger.RefreshAsync(key, 10, 10, "it did not answer");
        Assert.Equal((2, "it did not answer"), ((await _bench.EntryAsync(key)).Version, (await _bench.EntryAsync(key)).Problem));
        _bench.Time.Advance(TimeSpan.FromDays(2));
        await _bench.Ledger.RefreshAsync(key, 10, 10, "it did not answer");
        Assert.Equal(3, (await _bench.EntryAsync(key)).Version);
    }

    [Fact]
    public async Task RefreshAsync_WholeEndpointBesideItsVariants_IsRefused()
    {
        var key = await _bench.AddEndpointAsync(target: 10);
        await ReserveByHandAsync(key, 3);

        // What ran without a variant, from before there were rows of variants, counts for the first one.
        await _bench.Ledger.RefreshAsync(key with { Variant = "blue" }, 4, 4);
        await _bench.Ledger.RefreshAsync(key with { Variant = "green" }, 4, 4);
        var refusal = await Assert.ThrowsAsync<PostgresException>(() => _bench.Ledger.RefreshAsync(key, 8, 8));

        Assert.Equal("capacity_ledger_whole_or_variants", refusal.ConstraintName);
        Assert.Equal(
            [("blue", 3, 4), ("green", 0, 4)],
            (await _bench.Ledger.ReadAsync(key.Endpoint)).Select(entry => (entry.Key.Variant, entry.Reserved, entry.Target)).Order());
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
            "insert into capacity_returns (endpoint, variant, job_id, amount, closes) values ($1, '', gen_random_uuid(), 3, false)", key.Endpoint);
        Assert.Equal(1, (await _bench.EntryAsync(key)).Reserved);

        Assert.Contains(await _bench.Ledger.ReconcileAsync(), repair => repair.What.Contains(key.Endpoint, StringComparison.Ordinal));
        Assert.Equal(4, (await _bench.EntryAsync(key)).Reserved);
    }

    [Fact]
    public async Task ReadAsync_DatabaseWasRestoredOnAnotherCluster_CountsAnew()
    {
        var (_, _, key) = await _bench.StartAsync(tileWorkers: 4);
        await _bench.Database.ExecuteAsync("update capacity_cluster set system_identifier = system_identifier - 1");
        // Ids of another cluster say nothing here: by this one the return would be of the future.
        await _bench.Database.ExecuteAsync(
            "insert into capacity_returns (txid, endpoint, variant, job_id, amount, closes) values ('9000000000000', $1, '', gen_random_uuid(), 4, true)", key.Endpoint);

        var restored = new PlacementBench(_bench.Database);

        Assert.Equal(4, (await restored.EntryAsync(key)).Reserved);
        Assert.Equal(0, await _bench.CountAsync("select count(*) from capacity_returns"));
        Assert.Empty(await restored.Ledger.ReconcileAsync());
    }

    [Fact]
    public async Task TrimAsync_ManyAdmissionsAndEnds_KeepsTheTablesShortAndTheFigures()
    {
        var key = await _bench.AddEndpointAsync(target: 10);
        for (var number = 0; number < 150; number++)
            await ReserveByHandAsync(key, 1, close: true);
        await ReserveByHandAsync(key, 3);

        while (await _bench.Ledger.TrimAsync())
        {
        }

        Assert.Equal((3, 1), ((await _bench.EntryAsync(key)).Reserved, (await _bench.EntryAsync(key)).Holders));
        Assert.True(await _bench.CountAsync("select count(*) from capacity_ledger where endpoint = $1", key.Endpoint) <= 11);
        Assert.True(await _bench.CountAsync("select count(*) from capacity_returns where endpoint = $1", key.Endpoint) <= 1);
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

    private async Task<List<UnassignedRegion>> WantedOfAsync(JobSeed job) =>
        [.. (await _bench.Wanted.ReadAsync(1_000)).Where(region => region.JobId == job.JobId)];

    private async Task PlaceWantedAsync(JobSeed job, WorkerRegistration worker)
    {
        var versions = (await _bench.Workers.GetLivingWorkersAsync()).ToDictionary(living => living.WorkerId, living => living.Version);
        var wanted = await WantedOfAsync(job);
        Assert.Equal(wanted.Count, (await _bench.Wanted.TryPlaceAsync([.. wanted.Select(region => new RegionAssignment(region, worker.WorkerId))], versions))!.Count);
    }

    private async Task ReserveByHandAsync(EndpointVariant key, int load, bool close = false)
    {
        await using var connection = await _bench.Database.DataSource.OpenConnectionAsync();
        await using var batch = new NpgsqlBatch(connection)
        {
            BatchCommands =
            {
                new NpgsqlBatchCommand(
                    """
                    with won as (
                      insert into capacity_ledger (endpoint, variant, seq, max_capacity, target, added, admitted)
                      select endpoint, variant, seq + 1, max_capacity, target, $2, 1 from capacity where endpoint = $1 and variant = '' returning seq
                    )
                    insert into capacity_reservations (job_id, endpoint, tenant, load, reserved_at, ledger_seq)
                    select gen_random_uuid(), $1, 'by hand', $2, swath_now(), seq from won
                    """)
                {
                    Parameters = { new NpgsqlParameter { Value = key.Endpoint }, new NpgsqlParameter { Value = load } },
                },
            },
        };
        await batch.ExecuteNonQueryAsync();
        if (close)
            await _bench.Database.ExecuteAsync("update capacity_reservations set released = load, closed_at = swath_now() where endpoint = $1 and closed_at is null", key.Endpoint);
    }
}
