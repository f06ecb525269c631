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
        await database.Database.ExecuteAsync("update jobs set features = 7, waiting_reason = 'advisory' where job_id = $1", _job);
        await database.Database.ExecuteAsync("delete from jobs where job_id = $1", lost);
        await database.Database.ExecuteAsync("insert into jobs (job_id, state, version, updated_at) values ($1, 'Running', 1, now())", invented);

        var verification = await process.Get<SagaVerify>().CompareAsync();
        await database.Database.ExecuteAsync("delete from jobs where job_id = $1", invented);

        Assert.Equal(new SagaDifference(_job, "features", "3", "7"), Assert.Single(verification.Differences, d => d.JobId == _job));
        Assert.Equal(new SagaDifference(lost, "job_id", lost.ToString(), null), Assert.Single(verification.Differences, d => d.JobId == lost));
        Assert.Equal(new SagaDifference(invented, "job_id", null, invented.ToString()), Assert.Single(verification.Differences, d => d.JobId == invented));
    }

    [Fact]
    public async Task Rebuild_TamperedAndLostRows_AgreeAgainAndKeepAdvisoryColumns()
    {
        await using var process = await VoyageProcess.StartAsync(database.DataSource);
        var lost = Guid.NewGuid();
        await SailAsync(process, _job);
        await SailAsync(process, lost);
        await database.Database.ExecuteAsync("update jobs set features = 7, state = 'Queued', results = null, admitted_at = '2020-01-01Z' where job_id = $1", _job);
        await database.Database.ExecuteAsync("delete from jobs where job_id = $1", lost);

        var rows = await process.Get<SagaReplay>().RebuildAsync();

        Assert.True(rows >= 2);
        Assert.Empty((await process.Get<SagaVerify>().CompareAsync()).Differences);
        Assert.NotEqual(default, await database.Database.ScalarAsync<DateTime>("select admitted_at from jobs where job_id = $1", _job));
    }

    private static async Task SailAsync(VoyageProcess process, Guid job)
    {
        await process.HandleAsync(new VoyageStarted { JobId = job, Ship = "Argo" });
        await process.HandleAsync(new PortReached { JobId = job, Port = "Lemnos", Cargo = 3 });
    }
}
