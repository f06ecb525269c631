using Swath.Contracts;
using Swath.Persistence.Placement;
using Swath.Testing;

namespace Swath.Worker.Tests.Membership;

/// <summary>What is taken from a worker stops at once: its heart beats once in five minutes here.</summary>
public sealed class WorkerSignalTests(DatabaseFixture database) : IClassFixture<DatabaseFixture>, IAsyncLifetime
{
    private static readonly TimeSpan AtOnce = TimeSpan.FromSeconds(60);

    private readonly TestImage _image = TestImage.Create();
    private ModelServer _model = null!;

    public Task InitializeAsync()
    {
        _model = new ModelServer();
        return Task.CompletedTask;
    }

    public async Task DisposeAsync()
    {
        await _model.DisposeAsync();
        _image.Dispose();
    }

    [Theory]
    [InlineData("update job_regions set worker_id = null, placed_at = null, accepted_at = null, accepted_by = null where job_id = $1")] // cancelled, paused
    [InlineData("update job_regions set attempt = attempt + 1 where job_id = $1")] // given to another
    [InlineData("update job_regions set ended_at = now(), outcome = 'lost' where job_id = $1")] // given up
    public async Task Taken_BegunRegion_StopsBeforeTheNextHeartbeat(string taking)
    {
        await using var worker = await StartAsync("bell");
        _model.Answer = _ => new TaskCompletionSource<(int, string)>().Task;
        var work = Work("bell");
        await worker.SendAsync(work);
        await _model.AskedAsync(1);
        var ended = worker.Runner.EndedAsync();

        await ExecuteAsync(taking, work.JobId);
        await ended.WaitAsync(AtOnce);

        Assert.Empty(worker.Runner.Held);
        Assert.Equal(0, await worker.ScalarAsync<long>("select count(*) from outbox where job_id = $1", work.JobId));
    }

    [Fact]
    public async Task Taken_AndPlacedAgain_GoesOnAtTheNextTile()
    {
        const int InFlight = 2;
        await using var worker = await StartAsync("resumes");
        var paused = true;
        _model.Answer = n => n <= 4 || !paused ? Task.FromResult((200, ModelServer.Box(1, 1, 2, 2))) : new TaskCompletionSource<(int, string)>().Task;
        var work = Work("resumes") with { TileWorkers = InFlight };
        await worker.SendAsync(work);
        await _model.AskedAsync(4 + InFlight);
        await WorkerRig.UntilAsync(async () => await worker.ScalarAsync<long>("select count(*) from tile_results where job_id = $1", work.JobId) == 4);
        var ended = worker.Runner.EndedAsync();
        await ExecuteAsync("update job_regions set worker_id = null, placed_at = null, accepted_at = null, accepted_by = null where job_id = $1", work.JobId);
        await ended.WaitAsync(AtOnce);

        paused = false;
        await worker.SendAsync(work with { Attempt = 2 });
        await worker.EndedAsync(work.JobId, "completed");

        Assert.Equal(9 + InFlight, _model.Tiles.Count);
    }

    [Fact]
    public async Task AskedToDrain_Worker_GivesBackBeforeTheNextHeartbeat()
    {
        await using var worker = await StartAsync("drained");
        var release = new TaskCompletionSource();
        _model.Answer = async _ =>
        {
            await release.Task;
            return (200, ModelServer.Box());
        };
        var work = Work("drained") with { TileWorkers = 1 };
        await worker.SendAsync(work);
        await _model.AskedAsync(1);
        var ended = worker.Runner.EndedAsync();

        Assert.True(await worker.Get<WorkerRegistry>().DrainAsync("drained"));
        await WorkerRig.UntilAsync(() => Task.FromResult(worker.Runner.IsDraining));
        release.SetResult();
        await ended.WaitAsync(AtOnce);

        Assert.True(await worker.ScalarAsync<bool>("select worker_id is null and wanted_since is not null from job_regions where job_id = $1", work.JobId));
    }

    private Task<WorkerRig> StartAsync(string workerId) =>
        WorkerRig.StartAsync(database.DataSource, workerId, o => (o.Heartbeat, o.Lease) = (TimeSpan.FromMinutes(5), TimeSpan.FromMinutes(15)));

    private ProcessRegion Work(string workerId) => new()
    {
        JobId = Guid.NewGuid(),
        Region = new ImageRegion(0, _image.Window, 9),
        WorkerId = workerId,
        Attempt = 1,
        ImageUrl = _image.Path,
        Endpoint = _model.Endpoint,
        Tile = new TileOptions { Size = 100, Overlap = 0 },
        TileWorkers = 2,
    };

    private async Task ExecuteAsync(string sql, Guid parameter)
    {
        await using var command = database.DataSource.CreateCommand(sql);
        command.Parameters.AddWithValue(parameter);
        await command.ExecuteNonQueryAsync();
    }
}
