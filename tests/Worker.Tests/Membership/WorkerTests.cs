using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Swath.Contracts;
using Swath.Persistence.Placement;
using Swath.Testing;
using Swath.Worker.Membership;
using Swath.Worker.Regions;
using Swath.Worker.Tests.Regions;

namespace Swath.Worker.Tests.Membership;

public sealed class WorkerTests(DatabaseFixture database) : IClassFixture<DatabaseFixture>, IAsyncLifetime
{
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

    [Fact]
    public async Task Consume_PlacedRegion_IsProcessedCheckpointedAndReportedOnce()
    {
        await using var worker = await WorkerRig.StartAsync(database.DataSource, "once");
        var work = Work("once");
        await worker.SendAsync(work);
        await worker.EndedAsync(work.JobId, "completed");

        Assert.Equal(9, await worker.ScalarAsync<long>("select count(*) from tile_results where job_id = $1", work.JobId));
        Assert.Equal(1, await worker.ScalarAsync<long>("select count(*) from message_pending where job_id = $1", work.JobId));
        Assert.Equal(9, _model.Tiles.Count);
    }

    [Fact]
    public async Task Consume_RegionDeliveredAgain_RunsOnce()
    {
        await using var worker = await WorkerRig.StartAsync(database.DataSource, "twice");
        var release = new TaskCompletionSource();
        _model.Answer = async _ =>
        {
            await release.Task;
            return (200, ModelServer.Box());
        };
        var work = Work("twice");
        await worker.SendAsync(work);
        await _model.AskedAsync(1);
        await worker.DeliverAsync(work);
        await worker.DeliverAsync(work);
        release.SetResult();
        await worker.EndedAsync(work.JobId, "completed");
        await worker.DeliverAsync(work);
        await worker.StopAsync();

        Assert.Equal(9, _model.Tiles.Count);
        Assert.Equal(1, await worker.ScalarAsync<long>("select count(*) from message_pending where job_id = $1", work.JobId));
    }

    [Fact]
    public async Task Consume_StaleAttempt_IsDropped()
    {
        await using var worker = await WorkerRig.StartAsync(database.DataSource, "stale");
        var work = Work("stale") with { Attempt = 2 };
        await worker.SendAsync(work);
        await worker.EndedAsync(work.JobId, "completed");
        var sent = _model.Tiles.Count;
        await worker.DeliverAsync(work with { Attempt = 1 });
        await worker.StopAsync();
        Assert.Equal(sent, _model.Tiles.Count);
    }

    [Fact]
    public async Task Heartbeat_RegionGivenToAnother_StopsItAndReportsNothing()
    {
        await using var worker = await WorkerRig.StartAsync(database.DataSource, "revoked");
        var never = new TaskCompletionSource<(int, string)>();
        _model.Answer = _ => never.Task;
        var work = Work("revoked");
        await worker.SendAsync(work);
        await _model.AskedAsync(1);

        await ExecuteAsync("update job_regions set attempt = 2, accepted_at = null, accepted_by = null where job_id = $1", work.JobId);
        await worker.Runner.EndedAsync().WaitAsync(TimeSpan.FromSeconds(60));
        never.SetResult((200, ModelServer.Box()));
        Assert.Null(await worker.OutcomeAsync(work.JobId));
        Assert.Equal(0, await worker.ScalarAsync<long>("select count(*) from message_pending where job_id = $1", work.JobId));
    }

    [Fact]
    public async Task StopAsync_RegionInHand_IsGivenBackWithItsFinishedTilesAndTheWorkerLeaves()
    {
        var worker = await WorkerRig.StartAsync(database.DataSource, "drains");
        var third = new TaskCompletionSource();
        var release = new TaskCompletionSource();
        _model.Answer = async n =>
        {
            if (n == 3)
                third.TrySetResult();
            if (n >= 3)
                await release.Task;
            return (200, ModelServer.Box(1, 1, 2, 2));
        };
        var work = Work("drains") with { TileWorkers = 1 };
        await worker.SendAsync(work);
        await third.Task;
        var stopping = worker.StopAsync();
        await WorkerRig.UntilAsync(() => Task.FromResult(worker.Runner.IsDraining));
        release.SetResult();
        await stopping;

        Assert.Null(await worker.OutcomeAsync(work.JobId));
        Assert.True(await worker.ScalarAsync<bool>(
            "select worker_id is null and wanted_since is not null and losses = 0 from job_regions where job_id = $1", work.JobId));
        var kept = await worker.ScalarAsync<long>("select count(*) from tile_results where job_id = $1", work.JobId);
        Assert.InRange(kept, 3, 8);
        Assert.Empty(await worker.Get<WorkerRegistry>().GetLivingWorkersAsync());
        await worker.DisposeAsync();

        await using var other = await WorkerRig.StartAsync(database.DataSource, "takes-over");
        await other.SendAsync(work with { WorkerId = "takes-over", Attempt = 2 });
        await other.EndedAsync(work.JobId, "completed");
        Assert.Equal(9, _model.Tiles.Count);
    }

    [Fact]
    public async Task Heartbeat_NameTakenByAnotherProcess_StopsItsRegionsAndJoinsAnew()
    {
        await using var worker = await WorkerRig.StartAsync(database.DataSource, "usurped");
        var never = new TaskCompletionSource<(int, string)>();
        _model.Answer = _ => never.Task;
        var work = Work("usurped");
        await worker.SendAsync(work);
        await _model.AskedAsync(1);
        var usurper = Guid.NewGuid();
        await worker.Get<WorkerRegistry>().RegisterAsync(new WorkerRegistration { WorkerId = "usurped", Incarnation = usurper, Slots = 1 });

        await worker.Runner.EndedAsync().WaitAsync(TimeSpan.FromSeconds(60));
        never.SetResult((200, ModelServer.Box()));
        await WorkerRig.UntilAsync(async () => await CountAsync("select count(*) from workers where worker_id = 'usurped' and incarnation <> $1", usurper) == 1);
        Assert.Null(await worker.OutcomeAsync(work.JobId));
    }

    [Fact]
    public async Task Heartbeat_DatabaseThatHangsForLongerThanTheLease_SendsNothingMoreAndGoesOnWhenItIsBack()
    {
        await using var worker = await WorkerRig.StartAsync(database.DataSource, "cut-off", o => o.Lease = TimeSpan.FromMilliseconds(500));
        var release = new TaskCompletionSource();
        _model.Answer = async _ =>
        {
            await release.Task;
            return (200, ModelServer.Box());
        };
        var work = Work("cut-off");
        await worker.SendAsync(work);
        await _model.AskedAsync(2);

        await using var connection = await database.DataSource.OpenConnectionAsync();
        await using (var transaction = await connection.BeginTransactionAsync())
        {
            await using var hold = new Npgsql.NpgsqlCommand("select 1 from workers where worker_id = 'cut-off' for update", connection, transaction);
            await hold.ExecuteScalarAsync();
            await WorkerRig.UntilAsync(() => Task.FromResult(!worker.Runner.Lease.IsOpen));
            release.SetResult();
            await WorkerRig.UntilAsync(() => worker.ScalarAsync<bool>("select count(*) = 2 from tile_results where job_id = $1", work.JobId));
            Assert.False(worker.Runner.Lease.IsOpen);
            Assert.Equal(2, _model.Tiles.Count);
        }

        await worker.EndedAsync(work.JobId, "completed");
        Assert.Equal(9, _model.Tiles.Count);
        Assert.Equal(0, await worker.ScalarAsync<int>("select losses from job_regions where job_id = $1", work.JobId));
    }

    [Fact]
    public async Task StopAsync_CheckpointThatNeverReturns_LeavesAllTheSame()
    {
        var worker = await WorkerRig.StartAsync(
            database.DataSource, "stuck", o => o.DrainTime = TimeSpan.FromMilliseconds(100), services: services => services.AddSingleton<ITileCheckpoints, StuckCheckpoints>());
        var work = Work("stuck");
        await worker.SendAsync(work);
        await _model.AskedAsync(1);

        await worker.StopAsync().WaitAsync(TimeSpan.FromSeconds(20));

        Assert.True(await worker.ScalarAsync<bool>(
            "select worker_id is null and wanted_since is not null and losses = 0 from job_regions where job_id = $1", work.JobId));
        Assert.Equal(0, await CountAsync("select count(*) from workers where worker_id = 'stuck' and incarnation <> $1", Guid.Empty));
    }

    [Fact]
    public async Task Heartbeat_AcceptedRegionThatIsNotInHand_IsGivenBack()
    {
        await using var worker = await WorkerRig.StartAsync(database.DataSource, "forgetful");
        var work = Work("forgetful");
        await worker.PlaceAsync(work);
        var incarnation = await worker.Get<WorkerLease>().HeldAsync(default);
        Assert.Equal(RegionAcceptance.Accepted, await worker.Get<RegionAssignments>().TryAcceptAsync(work.JobId, 0, work.Attempt, "forgetful", incarnation));

        await WorkerRig.UntilAsync(() => worker.ScalarAsync<bool>(
            "select worker_id is null and wanted_since is not null from job_regions where job_id = $1", work.JobId));
    }

    [Fact]
    public async Task Heartbeat_FailsUnexpectedly_TheNextOneRenewsTheLease()
    {
        var broken = false;
        var asked = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var worker = await WorkerRig.StartAsync(database.DataSource, "stumbles", _ =>
        {
            if (!Volatile.Read(ref broken))
                return;
            asked.TrySetResult();
            throw new InvalidOperationException("A setting that can't be.");
        });
        var settings = worker.Get<IOptionsMonitorCache<WorkerOptions>>();
        Volatile.Write(ref broken, true);
        settings.Clear();
        await asked.Task;
        Volatile.Write(ref broken, false);
        settings.Clear();

        var work = Work("stumbles");
        await worker.SendAsync(work);
        await worker.EndedAsync(work.JobId, "completed");
        var before = await LeaseUntilAsync("stumbles");
        await WorkerRig.UntilAsync(async () => await LeaseUntilAsync("stumbles") > before);
    }

    [Fact]
    public void Revoke_RegionThatHasEnded_DoesNothing()
    {
        var held = new HeldRegionWork(Work("ended"));
        held.End();
        held.Revoke();
        Assert.True(held.Revoked.IsCancellationRequested);
    }

    [Fact]
    public async Task Consume_RegionThatCannotBeProcessed_IsReportedAsFailed()
    {
        await using var worker = await WorkerRig.StartAsync(database.DataSource, "fails");
        var work = Work("fails") with { ImageUrl = _image.File("gone.tif") };
        await worker.SendAsync(work);
        await worker.EndedAsync(work.JobId, "failed");
        Assert.Contains("gone.tif", await worker.ScalarAsync<string>("select message::text from message_pending where job_id = $1", work.JobId), StringComparison.Ordinal);
    }

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

    private async Task<DateTime> LeaseUntilAsync(string workerId)
    {
        await using var read = database.DataSource.CreateCommand("select lease_until from workers where worker_id = $1");
        read.Parameters.AddWithValue(workerId);
        return (DateTime)(await read.ExecuteScalarAsync())!;
    }

    private async Task<long> CountAsync(string sql, Guid parameter)
    {
        await using var command = database.DataSource.CreateCommand(sql);
        command.Parameters.AddWithValue(parameter);
        return (long)(await command.ExecuteScalarAsync())!;
    }
}
