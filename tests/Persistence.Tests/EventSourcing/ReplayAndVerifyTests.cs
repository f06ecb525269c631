using Swath.Persistence.EventSourcing;
using Swath.Testing;

namespace Swath.Persistence.Tests.EventSourcing;

public sealed class ReplayAndVerifyTests(DatabaseFixture database) : IClassFixture<DatabaseFixture>
{
    private readonly Guid _job = Guid.NewGuid();

    [Fact]
    public async Task Compare_TamperedLostAndInventedRows_NamesJobAndColumn()
    {
        await using var process = await VoyageProcess.StartAsync(database.DataSource);
        var (lost, invented) = (Guid.NewGuid(), Guid.NewGuid());
        await SailAsync(process, _job);
        await SailAsync(process, lost);
        await database.Database.ExecuteAsync("update jobs set features = 7 where job_id = $1", _job);
        await database.Database.ExecuteAsync("delete from jobs where job_id = $1", lost);
        await database.Database.ExecuteAsync("insert into jobs (job_id, state, version, updated_at) values ($1, 'Running', 1, now())", invented);

        var verification = await process.Get<SagaVerify>().CompareAsync();
        await database.Database.ExecuteAsync("delete from jobs where job_id = $1", invented);

        Assert.Equal(new SagaDifference(_job, "features", "3", "7"), Assert.Single(verification.Differences, d => d.JobId == _job));
        Assert.Equal(new SagaDifference(lost, "job_id", lost.ToString(), null), Assert.Single(verification.Differences, d => d.JobId == lost));
        Assert.Equal(new SagaDifference(invented, "job_id", null, invented.ToString()), Assert.Single(verification.Differences, d => d.JobId == invented));
    }

    [Fact]
    public async Task Rebuild_TamperedAndLostRows_AgreeAgain()
    {
        await using var process = await VoyageProcess.StartAsync(database.DataSource);
        var lost = Guid.NewGuid();
        await SailAsync(process, _job);
        await SailAsync(process, lost);
        await database.Database.ExecuteAsync("update jobs set features = 7, state = 'Queued', results = null where job_id = $1", _job);
        await database.Database.ExecuteAsync("delete from jobs where job_id = $1", lost);

        var rows = await process.Get<SagaReplay>().RebuildAsync();

        Assert.True(rows >= 2);
        Assert.Empty((await process.Get<SagaVerify>().CompareAsync()).Differences);
        Assert.Equal(0, await database.Database.ScalarAsync<long>("select count(*) from queue where job_id = $1", _job));
    }

    [Fact]
    public async Task Compare_EventsDeletedInTheMiddle_NamesTheFirstThatIsMissing()
    {
        await using var process = await VoyageProcess.StartAsync(database.DataSource);
        await SailAsync(process, _job);
        await process.HandleAsync(new VoyageHeld { JobId = _job });
        await process.HandleAsync(new VoyageResumed { JobId = _job });
        await process.HandleAsync(new PortReached { JobId = _job, Port = "Colchis", Cargo = 1 });
        await process.SettleAsync();
        var before = await process.Get<SagaVerify>().CompareAsync();

        // What is left folds to the same row.
        await DeleteEventsAsync("job_id = $1 and version in (3, 4)", _job);
        var after = await process.Get<SagaVerify>().CompareAsync();

        Assert.DoesNotContain(before.Differences, d => d.JobId == _job);
        Assert.Equal(new SagaDifference(_job, "job_events", "version 3", "version 5"), Assert.Single(after.Differences, d => d.JobId == _job));
        var refused = await Assert.ThrowsAsync<EventStoreException>(() => process.Get<SagaReplay>().RebuildAsync());
        Assert.Contains(_job.ToString(), refused.Message, StringComparison.Ordinal);
        await DeleteEventsAsync("job_id = $1", _job);
        await database.Database.ExecuteAsync("delete from jobs where job_id = $1", _job);
    }

    [Fact]
    public async Task Compare_LastEventsDeleted_SaysThatTheRowIsNewer()
    {
        await using var process = await VoyageProcess.StartAsync(database.DataSource);
        await SailAsync(process, _job);

        await DeleteEventsAsync("job_id = $1 and version = 2", _job);
        var verification = await process.Get<SagaVerify>().CompareAsync();
        await DeleteEventsAsync("job_id = $1", _job);
        await database.Database.ExecuteAsync("delete from jobs where job_id = $1", _job);

        Assert.Contains(new SagaDifference(_job, "version", "1", "2"), verification.Differences);
    }

    [Fact]
    public async Task Rebuild_ManyStreams_HoldsNoSnapshotBetweenItsRanges()
    {
        await using var fresh = await PostgresServer.CreateDatabaseAsync();
        await using var process = await VoyageProcess.StartAsync(fresh.DataSource);
        await fresh.ExecuteAsync(
            """
            insert into job_events (job_id, version, message_id, type, data, occurred_at)
            select id, 1, gen_random_uuid(), 'voyage-started.v3', jsonb_build_object('jobId', id, 'ship', repeat('Argo', 300), 'master', 'Jason'), now()
              from (select gen_random_uuid() as id from generate_series(1, 6000)) as voyages
            """);
        var snapshots = new SnapshotsHeld(fresh);

        Assert.Equal(6_000, await process.Get<SagaReplay>().RebuildAsync(snapshots));
        Assert.Empty((await process.Get<SagaVerify>().CompareAsync(snapshots)).Differences);

        Assert.Equal(0, snapshots.Most);
    }

    private async Task DeleteEventsAsync(string which, Guid job)
    {
        await database.Database.ExecuteAsync("alter table job_events disable trigger user");
        await database.Database.ExecuteAsync($"delete from job_events where {which}", job);
        await database.Database.ExecuteAsync("alter table job_events enable trigger user");
    }

    /// <summary>Counts, whenever it is told of progress, the connections that hold a snapshot.</summary>
    private sealed class SnapshotsHeld(TestDatabase database) : IProgress<long>
    {
        public long Most { get; private set; }

        public void Report(long value) => Most = Math.Max(Most, database.ScalarAsync<long>(
            "select count(*) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid() and backend_xmin is not null").GetAwaiter().GetResult());
    }

    private static async Task SailAsync(VoyageProcess process, Guid job)
    {
        await process.HandleAsync(new VoyageStarted { JobId = job, Ship = "Argo" });
        await process.HandleAsync(new PortReached { JobId = job, Port = "Lemnos", Cargo = 3 });
        await process.SettleAsync();
    }
}
