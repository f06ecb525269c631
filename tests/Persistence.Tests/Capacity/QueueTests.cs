using Npgsql;
using Swath.Persistence.Migrations;
using Swath.Persistence.Tests.Placement;
using Swath.Testing;

namespace Swath.Persistence.Tests.Capacity;

public sealed class QueueTests(DatabaseFixture database) : IClassFixture<DatabaseFixture>
{
    private readonly PlacementBench _bench = new(database.Database);

    [Fact]
    public async Task Queue_JobEntersAndLeavesTheState_FollowsItWhoeverWritesTheRow()
    {
        var key = await _bench.AddEndpointAsync(target: 10);
        var job = await _bench.AddJobAsync(key, regions: 3, tileWorkers: 2, affinity: """{"hard":{"tags":["hardware=gpu"]}}""");
        Assert.Equal($"{key.Endpoint}  tenant 10 3 2", await RowAsync(job));

        await _bench.SetStateAsync(job, "Paused");
        Assert.Null(await RowAsync(job));
        await _bench.SetStateAsync(job, "Queued");
        Assert.Equal(1, await _bench.Database.ScalarAsync<int>("select turn from queue where job_id = $1", job.JobId));

        await _bench.Database.ExecuteAsync("update jobs set regions_done = 1 where job_id = $1", job.JobId);
        Assert.Equal($"{key.Endpoint}  tenant 10 2 2", await RowAsync(job));
        await _bench.Database.ExecuteAsync("delete from jobs where job_id = $1", job.JobId);
        Assert.Null(await RowAsync(job));
    }

    [Fact]
    public async Task Queue_RowOfAnAdmittedJobIsRebuilt_DoesNotQueueItAgain()
    {
        var key = await _bench.AddEndpointAsync(target: 10);
        var worker = await _bench.AddWorkerAsync();
        var job = await _bench.AddJobAsync(key);
        Assert.Single((await _bench.AdmitAsync(key, PlacementBench.Candidate(job, worker.WorkerId))).Admitted);
        Assert.Null(await RowAsync(job));

        await _bench.Database.ExecuteAsync("update jobs set state = 'Failed' where job_id = $1", job.JobId);
        await _bench.Database.ExecuteAsync("update jobs set state = 'Queued' where job_id = $1", job.JobId);
        Assert.Null(await RowAsync(job));

        await _bench.Database.ExecuteAsync("update jobs set queue_turn = queue_turn + 1 where job_id = $1", job.JobId);
        Assert.NotNull(await RowAsync(job));
    }

    [Fact]
    public async Task Queue_ReasonIsWritten_LeavesTheJobsOwnRowAlone()
    {
        var key = await _bench.AddEndpointAsync(target: 10);
        var job = await _bench.AddJobAsync(key);
        var before = await _bench.Database.ScalarAsync<string>("select xmin::text || ctid::text from jobs where job_id = $1", job.JobId);

        await _bench.Database.ExecuteAsync("update queue set reason = 'NoFreeSlot', detail = 'no free slot', position = 3 where job_id = $1", job.JobId);
        var worker = await _bench.AddWorkerAsync();
        Assert.Single((await _bench.AdmitAsync(key, PlacementBench.Candidate(job, worker.WorkerId))).Admitted);

        Assert.Equal(before, await _bench.Database.ScalarAsync<string>("select xmin::text || ctid::text from jobs where job_id = $1", job.JobId));
    }

    [Fact]
    public async Task ReconcileAsync_QueuedJobThatStandsInNoQueue_IsQueuedAgainAndSaid()
    {
        var key = await _bench.AddEndpointAsync(target: 10);
        var job = await _bench.AddJobAsync(key);
        await _bench.Database.ExecuteAsync("delete from queue where job_id = $1", job.JobId);
        _bench.Time.Advance(TimeSpan.FromMinutes(2));

        var repairs = await _bench.Ledger.ReconcileAsync();

        Assert.Contains(repairs, repair => repair.JobId == job.JobId && repair.What.Contains("stood in no queue", StringComparison.Ordinal));
        Assert.NotNull(await RowAsync(job));
        Assert.DoesNotContain(await _bench.Ledger.ReconcileAsync(), repair => repair.JobId == job.JobId);
    }

    [Fact]
    public async Task Upgrade_WaitingAndAdmittedJobs_WaitAndStayAdmitted()
    {
        var server = await PostgresServer.GetAsync();
        var name = $"upgrade_{Guid.NewGuid():N}";
        await using (var create = server.DataSource.CreateCommand($"create database {name}"))
            await create.ExecuteNonQueryAsync();
        await using var old = NpgsqlDataSource.Create(server.ConnectionStringFor(name));
        foreach (var script in Scripts().Where(script => string.CompareOrdinal(script, "0018") < 0))
            await RunAsync(old, await ReadAsync(script));
        await RunAsync(old,
            """
            insert into jobs (job_id, tenant, kind, state, endpoint, priority, tile_workers, regions_total, queued_at, updated_at, version, queue_turn,
                              waiting_reason, waiting_detail, queue_position, admitted_at)
            select ('00000000-0000-0000-0000-00000000000' || i)::uuid, 'tenant', 'kind', case when i = 4 then 'Running' else 'Queued' end, 'endpoint', 10, 4, 2,
                   now(), now(), 3, i, case when i = 2 then 'NoFreeSlot' end, case when i = 2 then 'no free slot' end, case when i = 2 then 7 end,
                   case when i > 2 then now() end
              from generate_series(1, 4) i
            """);

        await RunAsync(old, await ReadAsync(Scripts().Single(script => script.StartsWith("0018", StringComparison.Ordinal))));

        await using var rows = old.CreateCommand("select string_agg(concat_ws(' ', right(job_id::text, 1), turn, regions, reason, detail, position), ', ' order by job_id) from queue");
        Assert.Equal("1 1 2, 2 2 2 NoFreeSlot no free slot 7", await rows.ExecuteScalarAsync());
    }

    private Task<string?> RowAsync(JobSeed job) => _bench.Database.ScalarAsync<string>(
        "select concat_ws(' ', endpoint, variant, tenant, priority, regions, tile_workers) from queue where job_id = $1", job.JobId);

    private static IEnumerable<string> Scripts() => typeof(ScriptMigration).Assembly.GetManifestResourceNames()
        .Where(name => name.EndsWith(".sql", StringComparison.Ordinal)).Order(StringComparer.Ordinal);

    private static async Task<string> ReadAsync(string script)
    {
        using var reader = new StreamReader(typeof(ScriptMigration).Assembly.GetManifestResourceStream(script)!);
        return await reader.ReadToEndAsync();
    }

    private static async Task RunAsync(NpgsqlDataSource database, string sql)
    {
        await using var command = database.CreateCommand(sql);
        await command.ExecuteNonQueryAsync();
    }
}
