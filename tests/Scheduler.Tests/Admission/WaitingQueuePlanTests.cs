using Npgsql;
using Swath.Persistence.Capacity;
using Swath.Scheduler.Admission;
using Swath.Testing;

namespace Swath.Scheduler.Tests.Admission;

public sealed class WaitingQueuePlanTests(DatabaseFixture database) : IClassFixture<DatabaseFixture>
{
    [Fact]
    public async Task Heads_OfAHundredThousandJobs_AreReadByIndexAlone()
    {
        await database.Database.ExecuteAsync(
            """
            insert into jobs (job_id, name, tenant, kind, state, endpoint, priority, tile_workers, regions_total, regions_done, regions_failed, queued_at, updated_at, version)
            select gen_random_uuid(), 'job', 't' || i % 100, 'kind', case when i % 5 = 0 then 'Queued' else 'Completed' end, 'e' || i % 10, 10, 4, 1, 0, 0,
                   timestamptz '2026-01-01' + i * interval '1 second', now(), 3
              from generate_series(1, 100000) i
            """);
        await database.Database.ExecuteAsync("analyze jobs");

        var plan = new List<string>();
        await using (var command = database.DataSource.CreateCommand("explain " + WaitingQueue.Heads))
        {
            command.Parameters.Add(new NpgsqlParameter { Value = "e0" });
            command.Parameters.Add(new NpgsqlParameter { Value = "" });
            command.Parameters.Add(new NpgsqlParameter { Value = 8 });
            await using var reader = await command.ExecuteReaderAsync();
            while (await reader.ReadAsync())
                plan.Add(reader.GetString(0));
        }

        var text = string.Join('\n', plan);
        Assert.DoesNotContain("Seq Scan on jobs", text, StringComparison.Ordinal);
        Assert.DoesNotContain("Sort", text, StringComparison.Ordinal);
        Assert.Equal(3, plan.Count(line => line.Contains("jobs_waiting on jobs", StringComparison.Ordinal)));
        var heads = await new WaitingQueue(database.DataSource).ReadAsync(new EndpointVariant("e0"), 8, CancellationToken.None);
        Assert.Equal(10 * 8, heads.Jobs.Count);
    }
}
