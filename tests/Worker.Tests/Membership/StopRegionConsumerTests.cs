using MassTransit;
using Swath.Contracts;
using Swath.Testing;

namespace Swath.Worker.Tests.Membership;

/// <summary>What is taken from a worker stops at once: its heart beats once in five minutes here.</summary>
public sealed class StopRegionConsumerTests(DatabaseFixture database) : IClassFixture<DatabaseFixture>, IAsyncLifetime
{
    private const int InFlight = 2;
    private static readonly TimeSpan AtOnce = TimeSpan.FromSeconds(60);

    private readonly TestImage _image = TestImage.Create();
    private readonly ModelServer _model = new();

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync()
    {
        await _model.DisposeAsync();
        _image.Dispose();
    }

    [Fact]
    public async Task Consume_BegunRegion_StopsBeforeTheNextHeartbeatAndGoesOnAtTheNextTileWhenPlacedAgain()
    {
        await using var worker = await StartAsync("resumes");
        var paused = true;
        _model.Answer = n => n <= 4 || !paused ? Task.FromResult((200, ModelServer.Box(1, 1, 2, 2))) : new TaskCompletionSource<(int, string)>().Task;
        var work = Work("resumes");
        await worker.SendAsync(work);
        await _model.AskedAsync(4 + InFlight);
        await WorkerRig.UntilAsync(async () => await worker.ScalarAsync<long>("select count(*) from tile_results where job_id = $1", work.JobId) == 4);
        var ended = worker.Runner.EndedAsync();
        await database.Database.ExecuteAsync("update job_regions set worker_id = null, placed_at = null, accepted_at = null, accepted_by = null where job_id = $1", work.JobId);
        await StopAsync(worker, work);
        await ended.WaitAsync(AtOnce);
        Assert.Empty(worker.Runner.Held);
        Assert.Null(await worker.OutcomeAsync(work.JobId));

        paused = false;
        await worker.SendAsync(work with { Attempt = 2 });
        await worker.EndedAsync(work.JobId, "completed");

        Assert.Equal(9 + InFlight, _model.Tiles.Count);
    }

    [Fact]
    public async Task Consume_AnOlderAttempt_LeavesThePresentOneAlone()
    {
        await using var worker = await StartAsync("goes-on");
        var work = Work("goes-on") with { Attempt = 2 };

        await StopAsync(worker, work with { Attempt = 1 });
        await worker.SendAsync(work);
        await StopAsync(worker, work with { Attempt = 1 });

        await worker.EndedAsync(work.JobId, "completed");
    }

    private Task<WorkerRig> StartAsync(string workerId) =>
        WorkerRig.StartAsync(database.DataSource, workerId, o => (o.Heartbeat, o.Lease) = (TimeSpan.FromMinutes(5), TimeSpan.FromMinutes(15)));

    private static async Task StopAsync(WorkerRig worker, ProcessRegion work) =>
        await (await worker.Get<IBus>().GetSendEndpoint(WorkerQueue.AddressOf(worker.WorkerId))).Send(
            new StopRegion { JobId = work.JobId, RegionId = work.Region.RegionId, Attempt = work.Attempt, WorkerId = worker.WorkerId });

    private ProcessRegion Work(string workerId) => new()
    {
        JobId = Guid.NewGuid(),
        Region = new ImageRegion(0, _image.Window, 9),
        WorkerId = workerId,
        Attempt = 1,
        ImageUrl = _image.Path,
        Endpoint = _model.Endpoint,
        Tile = new TileOptions { Size = 100, Overlap = 0 },
        TileWorkers = InFlight,
    };
}
