using Swath.Persistence.EventSourcing;
using Swath.Scheduler.Tests.Jobs;
using Swath.Scheduler.Verification;
using Swath.Testing;
using static Swath.Scheduler.Tests.Jobs.JobEvents;

namespace Swath.Scheduler.Tests.Verification;

/// <summary>What the scheduler's tables say of a job, held against its events.</summary>
public sealed class TableChecksTests : IAsyncLifetime
{
    private readonly Guid _job = Guid.NewGuid();

    // One for each test: some move its clock.
    private TestDatabase _database = null!;

    public async Task InitializeAsync() => _database = await PostgresServer.CreateDatabaseAsync();

    public async Task DisposeAsync() => await _database.DisposeAsync();

    [Fact]
    public async Task Compare_RegionsThatSayWhatTheEventsSay_FindsNothing()
    {
        await using var process = await StartAsync(Reserved(_job), Completed(_job, 0));
        await PlanAsync("(0, 1, 'completed'), (1, 2, null)");

        Assert.Empty(await DifferencesAsync(process));
    }

    [Fact]
    public async Task Compare_RegionsThatSayOtherwise_NamesEachOfThem()
    {
        await using var process = await StartAsync(Reserved(_job, attempt: 2), Completed(_job, 0, attempt: 2));
        await PlanAsync("(0, 2, null), (1, 1, null)");

        Assert.Equal(
            [new(_job, "job_regions.0", "attempt 2 completed", "attempt 2"), new(_job, "job_regions.1", "attempt 2", "attempt 1")],
            await DifferencesAsync(process));
    }

    [Fact]
    public async Task Compare_RegionsThatAreGone_AreMissedWhileTheJobIsUnderWay()
    {
        await using var process = await StartAsync(Reserved(_job));
        await PlanAsync("(0, 1, null)");

        Assert.Equal([new(_job, "job_regions.1", "attempt 1", "no row")], await DifferencesAsync(process));
    }

    [Fact]
    public async Task Compare_ReservationOfAJobThatIsOver_IsADifferenceAMinuteLater()
    {
        await using var process = await StartAsync(new Swath.Contracts.CancelJob { JobId = _job });
        await PlanAsync("(0, 0, null), (1, 0, null)");
        await _database.ExecuteAsync(
            """
            with won as (insert into capacity_ledger (endpoint, seq, max_capacity, target, added, admitted) values ('e', 1, 10, 10, 4, 1) returning seq)
            insert into capacity_reservations (job_id, endpoint, tenant, load, reserved_at, ledger_seq) select $1, 'e', 't', 4, swath_now(), seq from won
            """, _job);
        var clock = new FakeTimeProvider(TimeProvider.System.GetUtcNow());
        await _database.FollowAsync(clock);
        Assert.Empty(await DifferencesAsync(process));

        clock.Advance(TimeSpan.FromMinutes(2));

        Assert.Equal([new(_job, "capacity_reservations", "Cancelled holds nothing", "4 of e")], await DifferencesAsync(process));
    }

    [Fact]
    public async Task Compare_JobThatFellOutOfTheQueue_IsADifference()
    {
        await using var process = await StartAsync();
        await PlanAsync("(0, 0, null), (1, 0, null)");
        Assert.Empty(await DifferencesAsync(process));

        await _database.ExecuteAsync("delete from queue where job_id = $1", _job);

        Assert.Equal([new(_job, "queue", "waits there, or is admitted", "neither")], await DifferencesAsync(process));
    }

    [Fact]
    public async Task Compare_JobThatWaitsThoughItIsOver_IsADifference()
    {
        await using var process = await StartAsync(new Swath.Contracts.CancelJob { JobId = _job });
        await PlanAsync("(0, 0, null), (1, 0, null)");
        await _database.ExecuteAsync(
            "insert into queue (job_id, endpoint, variant, tenant, priority, queued_at, turn, tile_workers, kind) values ($1, 'e', '', 't', 5, swath_now(), 1, 4, 'k')", _job);

        Assert.Equal([new(_job, "queue", "is Cancelled", "waits there")], await DifferencesAsync(process));
    }

    [Fact]
    public async Task Compare_RegionOnAWorkerThatHoldsNothing_IsADifferenceAMinuteLater()
    {
        await using var process = await StartAsync(Reserved(_job));
        await PlanAsync("(0, 1, null), (1, 1, null)");
        await _database.ExecuteAsync("update job_regions set worker_id = 'w', placed_at = swath_now() where job_id = $1 and region_id = 1", _job);
        var clock = new FakeTimeProvider(TimeProvider.System.GetUtcNow());
        await _database.FollowAsync(clock);
        Assert.Empty(await DifferencesAsync(process));

        clock.Advance(TimeSpan.FromMinutes(2));

        Assert.Equal([new(_job, "capacity_reservations", "a reservation", "none, with 1 region(s) on workers")], await DifferencesAsync(process));
    }

    [Fact]
    public async Task Compare_LedgerThatReservationsDoNotBearOut_IsADifferenceOfNoJob()
    {
        await using var process = await JobProcess.StartAsync(_database.DataSource);
        await _database.ExecuteAsync(
            """
            with won as (insert into capacity_ledger (endpoint, seq, max_capacity, target, added, admitted) values ('e', 1, 10, 10, 4, 1) returning seq)
            insert into capacity_reservations (job_id, endpoint, tenant, load, reserved_at, ledger_seq) select $1, 'e', 't', 4, swath_now(), seq from won
            """, _job);
        Assert.True((await process.VerifyWith().CompareAsync()).Agrees);

        await _database.ExecuteAsync("alter table capacity_reservations disable trigger user");
        await _database.ExecuteAsync("update capacity_reservations set load = 7");

        Assert.Equal(
            [new(null, "capacity_ledger e", "7 reserved by 1 job(s)", "4 reserved by 1 job(s)")], (await process.VerifyWith().CompareAsync()).Differences);
    }

    [Fact]
    public async Task Compare_MessageThatNobodyDelivers_IsADifferenceAnHourLater()
    {
        await using var process = await StartAsync();
        await PlanAsync("(0, 0, null), (1, 0, null)");
        await _database.ExecuteAsync(
            """
            insert into message_pending (message_id, job_id, destination, message, due_at, next_try)
            select gen_random_uuid(), $1, 'queue:image-job', '{}', swath_now(), swath_now()
            """, _job);
        var clock = new FakeTimeProvider(TimeProvider.System.GetUtcNow());
        await _database.FollowAsync(clock);
        Assert.Empty(await DifferencesAsync(process));

        clock.Advance(TimeSpan.FromMinutes(61));

        Assert.Equal([new(_job, "message_pending", "nothing waits for an hour", "1 message(s), such as one to queue:image-job")], await DifferencesAsync(process));
    }

    private async Task<JobProcess> StartAsync(params object[] more)
    {
        var process = await JobProcess.StartAsync(_database.DataSource);
        foreach (var message in (object[])[Requested(_job), Measured(_job), Selected(_job), .. more])
            Assert.Null(await process.HandleAsync(message, Guid.NewGuid()));
        return process;
    }

    private Task<int> PlanAsync(string regions) => _database.ExecuteAsync(
        $"""
        insert into job_regions (job_id, region_id, tiles, kind, attempt, outcome, ended_at)
        select $1, id, 4, 'kind', attempt, outcome, case when outcome is not null then swath_now() end from (values {regions}) as r (id, attempt, outcome)
        """, _job);

    private async Task<IEnumerable<SagaDifference>> DifferencesAsync(JobProcess process) =>
        (await process.VerifyWith(new RegionsCheck(), new ReservationsCheck(), new QueueCheck(), new MessagesCheck()).CompareAsync()).Differences.Where(difference => difference.JobId == _job);
}
