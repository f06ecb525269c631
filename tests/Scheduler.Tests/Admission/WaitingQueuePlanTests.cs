using Npgsql;
using Swath.Persistence;
using Swath.Persistence.Capacity;
using Swath.Scheduler.Admission;
using Swath.Testing;

namespace Swath.Scheduler.Tests.Admission;

public sealed class WaitingQueuePlanTests : IAsyncLifetime
{
    private const int Waiting = 20_000;
    private TestDatabase _database = null!;

    public async Task InitializeAsync()
    {
        _database = await PostgresServer.CreateDatabaseAsync();
        await AddAsync(Waiting);
    }

    public async Task DisposeAsync() => await _database.DisposeAsync();

    [Fact]
    public async Task Heads_OfManyWaitingJobs_AreReadByIndexAlone()
    {
        await _database.ExecuteAsync("analyze queue");
        var queue = new WaitingQueue(_database.DataSource, TimeProvider.System);
        await queue.LookAsync(CancellationToken.None);
        var key = new EndpointVariant("e0");

        var (text, _) = await ExplainAsync(WaitingQueue.HeadsCommand(key, 8, queue.LanesOf(key)));

        Assert.DoesNotContain("Seq Scan on queue", text, StringComparison.Ordinal);
        Assert.DoesNotContain("Sort", text, StringComparison.Ordinal);
        Assert.Contains("Index Scan using queue_lanes on queue", text, StringComparison.Ordinal);
        Assert.Equal(10 * 8, (await queue.ReadAsync(key, 8, _ => true, CancellationToken.None)).Jobs.Count);
    }

    [Fact]
    public async Task Look_AndHeads_BesideAnOpenTransaction_ReadNothingOfTheJobsThatWereAdmitted()
    {
        await using var open = await _database.DataSource.OpenConnectionAsync();
        await using var transaction = await open.BeginTransactionAsync();
        await using (var writing = new NpgsqlCommand("select pg_current_xact_id()", open))
            await writing.ExecuteScalarAsync();
        var queue = new WaitingQueue(_database.DataSource, TimeProvider.System);
        await queue.LookAsync(CancellationToken.None);
        var key = new EndpointVariant("e0");
        await _database.ExecuteAsync("delete from queue where queued_at < (select max(queued_at) - interval '1000 seconds' from queue)");
        await queue.ReadAsync(key, 8, _ => true, CancellationToken.None);
        await AddAsync(10);

        await queue.LookAsync(CancellationToken.None);
        var (_, heads) = await ExplainAsync(WaitingQueue.HeadsCommand(key, 8, queue.LanesOf(key)));
        var (_, news) = await ExplainAsync(queue.NewsCommand());

        Assert.InRange(heads, 1, 500);
        Assert.InRange(news, 1, 50);
    }

    [Fact]
    public async Task Look_JobThatIsOlderThanAllThatWereSeen_IsFoundThoughItsTransactionWasOpenAtTheLastLook()
    {
        var queue = new WaitingQueue(_database.DataSource, TimeProvider.System);
        var key = new EndpointVariant("e0");
        await using var late = await _database.DataSource.OpenConnectionAsync();
        await using var transaction = await late.BeginTransactionAsync();
        var job = Guid.NewGuid();
        await using (var insert = new NpgsqlCommand(
            """
            insert into jobs (job_id, tenant, kind, state, endpoint, priority, tile_workers, regions_total, queued_at, updated_at, version)
            values ($1, 't0', 'kind', 'Queued', 'e0', 10, 1, 1, '2020-01-01Z', now(), 3)
            """, late)
        { Parameters = { new NpgsqlParameter { Value = job } } })
            await insert.ExecuteNonQueryAsync();
        await AddAsync(10);
        await queue.LookAsync(CancellationToken.None);
        Assert.DoesNotContain((await queue.ReadAsync(key, 1, _ => true, CancellationToken.None)).Jobs, found => found.JobId == job);

        await transaction.CommitAsync();
        await queue.LookAsync(CancellationToken.None);

        Assert.Contains((await queue.ReadAsync(key, 1, _ => true, CancellationToken.None)).Jobs, found => found.JobId == job);
    }

    [Fact]
    public async Task Look_JobThatIsMovedByHand_IsFoundInItsNewLane()
    {
        var queue = new WaitingQueue(_database.DataSource, TimeProvider.System);
        await queue.LookAsync(CancellationToken.None);
        await _database.ExecuteAsync("update queue set endpoint = 'elsewhere' where job_id = (select min(job_id::text)::uuid from queue)");

        await queue.LookAsync(CancellationToken.None);

        Assert.Single((await queue.ReadAsync(new EndpointVariant("elsewhere"), 8, _ => true, CancellationToken.None)).Jobs);
    }

    private Task<int> AddAsync(int jobs) => _database.ExecuteAsync(
        """
        insert into jobs (job_id, name, tenant, kind, state, endpoint, priority, tile_workers, regions_total, regions_done, regions_failed, queued_at, updated_at, version)
        select gen_random_uuid(), 'job', 't' || i % 100, 'kind', 'Queued', 'e' || i % 10, 10, 4, 1, 0, 0,
               timestamptz '2026-01-01' + i * interval '1 second', now(), 3
          from generate_series(1, $1) i
        """, jobs);

    /// <summary>The plan, and how many pages it touched.</summary>
    private async Task<(string Plan, int Pages)> ExplainAsync(NpgsqlBatchCommand explained)
    {
        await using var batch = _database.DataSource.CreateBatch();
        batch.BatchCommands.Add(new NpgsqlBatchCommand(PlanSettings.ByIndex));
        var command = new NpgsqlBatchCommand("explain (analyze, buffers, costs off, timing off) " + explained.CommandText);
        foreach (var parameter in explained.Parameters)
            command.Parameters.Add(((NpgsqlParameter)parameter).Clone());
        batch.BatchCommands.Add(command);
        await using var row = await batch.ExecuteReaderAsync();
        await row.NextResultAsync();
        var plan = new List<string>();
        while (await row.ReadAsync())
            plan.Add(row.GetString(0));
        var pages = plan.First(line => line.Contains("Buffers: shared hit=", StringComparison.Ordinal));
        return (string.Join('\n', plan), pages.Split(' ').Where(word => word.Contains('=', StringComparison.Ordinal)).Sum(word => int.Parse(word[(word.IndexOf('=', StringComparison.Ordinal) + 1)..], System.Globalization.CultureInfo.InvariantCulture)));
    }
}
