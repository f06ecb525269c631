using Npgsql;
using Swath.Persistence.Archive;
using Swath.Persistence.EventSourcing;
using Swath.Persistence.Tests.EventSourcing;
using Swath.Testing;

namespace Swath.Persistence.Tests.Archive;

/// <summary>The one exception to append-only, on real PostgreSQL.</summary>
public sealed class JobErasureTests(DatabaseFixture database) : IClassFixture<DatabaseFixture>
{
    private readonly Guid _job = Guid.NewGuid();

    [Fact]
    public async Task Run_JobThatIsOver_LeavesAnEventWithoutContentAndALineOfWhoAndWhy()
    {
        await using var process = await VoyageProcess.StartAsync(database.DataSource);
        await SailAsync(process, toTheEnd: true);

        Assert.Equal(1, await Erasure(process).RunAsync([_job], "tester", "the customer left"));

        Assert.Equal("4 job-erased.v1 {}", await database.Database.ScalarAsync<string>(
            "select string_agg(concat_ws(' ', version, type, data), ', ') from job_events where job_id = $1", _job));
        Assert.Equal("erased 1 tester the customer left", await database.Database.ScalarAsync<string>(
            "select concat_ws(' ', kind, jobs, who, reason) from job_removals join job_tombstones using (removal_id) where job_id = $1", _job));
        foreach (var table in await TablesAsync())
            Assert.True(table is "job_events" or "job_tombstones" || await database.Database.ScalarAsync<long>($"select count(*) from {table} where job_id = $1", _job) == 0, table);
        Assert.DoesNotContain((await process.Get<SagaVerify>().CompareAsync()).Differences, difference => difference.JobId == _job);
        Assert.Contains("was erased", (await new DepartedJobs(database.DataSource).FindAsync(_job, default))!.Sentence, StringComparison.Ordinal);

        // Neither late nor anew.
        Assert.NotNull(await Record.ExceptionAsync(() => process.HandleAsync(new VoyageStarted { JobId = _job, Ship = "Argo" })));
        Assert.Null(await database.Database.ScalarAsync<string>("select state from jobs where job_id = $1", _job));
    }

    [Fact]
    public async Task Run_JobThatIsUnderWay_IsLeftAlone()
    {
        await using var process = await VoyageProcess.StartAsync(database.DataSource);
        await SailAsync(process, toTheEnd: false);

        Assert.Equal(0, await Erasure(process).RunAsync([_job], "tester", "a mistake"));

        Assert.Equal(2L, await database.Database.ScalarAsync<long>("select count(*) from job_events where job_id = $1", _job));
    }

    [Fact]
    public async Task OfTenant_SeveralTenants_FindsItsJobsAlone()
    {
        await using var process = await VoyageProcess.StartAsync(database.DataSource);
        await SailAsync(process, toTheEnd: true);
        await database.Database.ExecuteAsync("update jobs set tenant = 'leaves' where job_id = $1", _job);

        var (over, underWay, waiting) = await Erasure(process).OfTenantAsync("leaves");

        Assert.Equal([_job], over);
        Assert.Empty(underWay);
        Assert.Equal(0, waiting);
        await database.Database.ExecuteAsync("update jobs set tenant = null where job_id = $1", _job);
    }

    [Theory]
    [InlineData("delete from job_events where job_id = $1")]
    [InlineData("with t as (insert into job_tombstones (job_id, removal_id) select $1, max(removal_id) from job_removals) delete from job_events where job_id = $1")]
    [InlineData("update job_removals set who = $1::text")]
    public async Task Delete_PastTheRecord_IsRefused(string statement)
    {
        await using var process = await VoyageProcess.StartAsync(database.DataSource);
        await SailAsync(process, toTheEnd: true);
        await database.Database.ExecuteAsync("insert into job_removals (kind, jobs, who, reason) values ('erased', 1, 'before', 'before')");

        var refused = await Assert.ThrowsAsync<PostgresException>(() => database.Database.ExecuteAsync(statement, _job));

        Assert.Equal(PostgresErrorCodes.RestrictViolation, refused.SqlState);
    }

    /// <summary>Every table that tells of a job is either emptied or known not to hold anything but its id.</summary>
    [Fact]
    public async Task Tables_EveryOneThatNamesAJob_IsCovered()
    {
        await using var connection = await database.DataSource.OpenConnectionAsync();

        var covered = await JobRemoval.TablesAsync(connection, default);

        Assert.Equal(
            await TablesAsync(), covered.Concat(["capacity_returns", "job_tombstones"]).Intersect(await TablesAsync()).Order(StringComparer.Ordinal));
        Assert.Superset(
            new HashSet<string> { "job_events", "jobs", "submissions", "job_regions", "tile_results", "capacity_reservations", "commands_begun", "status_due", "status_told" },
            covered.ToHashSet());
    }

    private static JobErasure Erasure(VoyageProcess process) => new(process.Get<NpgsqlDataSource>(), process.Get<StreamModel>());

    private async Task<string[]> TablesAsync() => (await database.Database.ScalarAsync<string[]>(
        """
        select array_agg(distinct c.table_name::text order by c.table_name::text) from information_schema.columns c
        join information_schema.tables t using (table_schema, table_name)
        where c.table_schema = 'public' and t.table_type = 'BASE TABLE' and c.column_name like '%job%' and c.data_type = 'uuid'
        """))!;

    private async Task SailAsync(VoyageProcess process, bool toTheEnd)
    {
        await process.HandleAsync(new VoyageStarted { JobId = _job, Ship = "Argo" });
        await process.HandleAsync(new PortReached { JobId = _job, Port = "Lemnos", Cargo = 3 });
        if (toTheEnd)
            await process.HandleAsync(new VoyageEnded { JobId = _job });
        await process.SettleAsync();
    }
}
