using Swath.Contracts;
using Swath.Persistence;
using Swath.Testing;
using Swath.Worker.Assembly;

namespace Swath.Worker.Tests.Membership;

/// <summary>A worker needs no session of its own: thousands of them may share a few connections.</summary>
public sealed class TransactionPoolerTests(DatabaseFixture database) : IClassFixture<DatabaseFixture>
{
    [SkippableFact]
    public async Task Worker_BehindAPoolerInTransactionMode_ProcessesBeatsAndStops()
    {
        await using var pooler = await PgBouncer.StartAsync(database.Database);
        await using var connections = SwathConnections.Open(pooler.ConnectionString, new DatabaseOptions { TransactionPooler = true }, 20);
        using var image = TestImage.Create();
        await using var model = new ModelServer();
        await using var workers = await ManyAsync(connections, "pooled-1", "pooled-2", "pooled-3", "pooled-4");

        var regions = new List<ProcessRegion>();
        foreach (var worker in workers.All)
        {
            regions.Add(Work(worker.WorkerId));
            await worker.SendAsync(regions[^1]);
        }

        foreach (var (worker, work) in workers.All.Zip(regions))
            await WorkerRig.UntilAsync(async () => await worker.OutcomeAsync(work.JobId) == "completed");
        var before = await database.Database.ScalarAsync<DateTime>("select min(lease_until) from workers");
        await WorkerRig.UntilAsync(async () => await database.Database.ScalarAsync<DateTime>("select min(lease_until) from workers") > before);

        ProcessRegion Work(string workerId) => new()
        {
            JobId = Guid.NewGuid(),
            Region = new ImageRegion(0, image.Window, 9),
            WorkerId = workerId,
            Attempt = 1,
            ImageUrl = image.Path,
            Endpoint = model.Endpoint,
            Tile = new TileOptions { Size = 100, Overlap = 0 },
            TileWorkers = 2,
        };
    }

    [SkippableFact]
    public async Task AssemblyTurn_BehindAPoolerInTransactionMode_IsHeldByOneAndFreedAtItsEnd()
    {
        await using var pooler = await PgBouncer.StartAsync(database.Database);
        await using var connections = SwathConnections.Open(pooler.ConnectionString, new DatabaseOptions { TransactionPooler = true }, 20);
        var job = Guid.NewGuid();

        await using (var first = await TakeAsync())
        {
            Assert.NotNull(first);
            Assert.Null(await TakeAsync());
            Assert.False(await first.IsAssemblingAsync(default));
        }

        await using var second = await TakeAsync();
        Assert.NotNull(second);

        Task<AssemblyTurn?> TakeAsync() => AssemblyTurn.TryTakeAsync(connections.StreamOrLock, connections.Interactive, job, default);
    }

    private static async Task<Fleet> ManyAsync(SwathConnections connections, params string[] ids)
    {
        var fleet = new Fleet([]);
        foreach (var id in ids)
            fleet.All.Add(await WorkerRig.StartAsync(connections.Interactive, id));
        return fleet;
    }

    private sealed record Fleet(List<WorkerRig> All) : IAsyncDisposable
    {
        public async ValueTask DisposeAsync()
        {
            foreach (var worker in All)
                await worker.DisposeAsync();
        }
    }
}
