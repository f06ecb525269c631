using Npgsql;
using Swath.Persistence.Placement;
using Swath.Testing;

namespace Swath.Persistence.Tests.Placement;

/// <summary>A hundred thousand workers that came and went, and as many regions that ended, cost the choice of a worker nothing.</summary>
public sealed class WorkerSnapshotPlanTests(DatabaseFixture database) : IClassFixture<DatabaseFixture>, IAsyncLifetime
{
    private static readonly DateTimeOffset Now = TimeProvider.System.GetUtcNow();

    public async Task InitializeAsync()
    {
        await database.FollowAsync(new FakeTimeProvider(Now));
        await database.Database.ExecuteAsync(
            """
            insert into workers (worker_id, incarnation, slots, tags, started_at, lease_until, draining)
            select 'worker-' || i, gen_random_uuid(), 4, array['hardware=gpu'], $1, $1 + case when i % 200 = 0 then 100 else -i end * interval '1 minute', i % 400 = 1
              from generate_series(1, 100000) i on conflict do nothing
            """, Now);
        await database.Database.ExecuteAsync(
            """
            insert into job_regions (job_id, region_id, tiles, kind, anti, attempt, worker_id, placed_at, ended_at, outcome)
            select gen_random_uuid(), i, 1, 'kind-' || i % 5, case when i % 1000 = 0 then array['kind-1'] end, 1, 'worker-' || (1 + i / 100 % 500) * 200, $1,
                   case when i % 100 <> 0 then $1::timestamptz end, case when i % 100 <> 0 then 'completed' end
              from generate_series(1, 100000) i
            """, Now);
        await database.Database.ExecuteAsync(
            "insert into worker_turns (worker_id, turn) select 'worker-' || 200 * w, t from generate_series(1, 500) w, generate_series(1, 100) t on conflict do nothing");
        await database.Database.ExecuteAsync("vacuum (analyze) workers");
        await database.Database.ExecuteAsync("vacuum (analyze) worker_turns");
        await database.Database.ExecuteAsync("vacuum (analyze) job_regions");
    }

    public Task DisposeAsync() => Task.CompletedTask;

    [Fact]
    public async Task Candidates_OfAHundredThousandRows_AreReadByPartialIndexAlone()
    {
        await UsesAsync("workers_available", WorkerSnapshot.Living);
        await UsesAsync("Index Only Scan using job_regions_held", WorkerSnapshot.Held, Now.AddMinutes(-1));
        await UsesAsync("job_regions_guarded", WorkerSnapshot.Guarded);

        var snapshot = new WorkerSnapshot(database.DataSource, TimeProvider.System);
        foreach (var _ in new[] { "the whole", "from the oldest placement on" })
        {
            var living = await snapshot.ReadAsync(CancellationToken.None);
            Assert.Equal(500, living.Count);
            Assert.Equal(1_000, living.Sum(worker => worker.Busy));
        }
    }

    private async Task UsesAsync(string index, string sql, params object[] parameters)
    {
        await using var command = database.DataSource.CreateCommand("explain " + sql);
        foreach (var parameter in parameters)
            command.Parameters.Add(new NpgsqlParameter { Value = parameter });
        var plan = new List<string>();
        await using var reader = await command.ExecuteReaderAsync();
        while (await reader.ReadAsync())
            plan.Add(reader.GetString(0));

        var text = string.Join('\n', plan);
        Assert.Contains(index, text, StringComparison.Ordinal);
        Assert.DoesNotContain("Seq Scan", text, StringComparison.Ordinal);
    }
}
