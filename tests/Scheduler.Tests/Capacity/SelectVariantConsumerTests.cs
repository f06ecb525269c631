using MassTransit;
using MassTransit.Testing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Swath.Contracts;
using Swath.Endpoints;
using Swath.Persistence.Capacity;
using Swath.Persistence.Outbox;
using Swath.Persistence.Placement;
using Swath.Persistence.ReadSide;
using Swath.Scheduler.Admission;
using Swath.Scheduler.Capacity;
using Swath.Scheduler.Tests.Admission;
using Swath.Testing;

namespace Swath.Scheduler.Tests.Capacity;

public sealed class SelectVariantConsumerTests(DatabaseFixture database) : IClassFixture<DatabaseFixture>
{
    [Fact]
    public async Task Consume_NewJob_WritesRegionsAndCapacityBeforeTheSagaHears()
    {
        await using var services = Services();
        var harness = await StartAsync(services);
        var jobId = Guid.NewGuid();

        await SendAsync(harness, jobId);

        Assert.True(await harness.Sent.Any<VariantSelected>(sent => sent.Context.Message.JobId == jobId));
        var selected = harness.Sent.Select<VariantSelected>().Single().Context.Message;
        Assert.Equal((null, 4), (selected.Variant, selected.TileWorkersPerRegion));
        var entry = Assert.Single(await services.GetRequiredService<CapacityLedger>().ReadAsync("http://localhost:8080/invocations"));
        Assert.Equal((7, 7), (entry.MaxCapacity, entry.Target));
        Assert.Equal(4, await database.Database.ScalarAsync<long>("select sum(tiles) from job_regions where job_id = $1 and kind = 'ships'", jobId));
    }

    [Theory]
    [InlineData(1, true)]
    [InlineData(2, false)]
    public async Task Consume_RetriedJob_OpensItsRegionsWhileTheFinishedTilesAreKept(int finished, bool kept)
    {
        await using var services = Services();
        var harness = await StartAsync(services);
        var job = new JobSeed { State = "Requested" };
        await JobSeed.InsertAsync(database.DataSource, job);
        await database.Database.ExecuteAsync(
            "update job_regions set attempt = 3, ended_at = now(), outcome = 'completed' where job_id = $1 and region_id = 0", job.JobId);
        await database.Database.ExecuteAsync(
            """
            insert into tile_results (job_id, region_id, attempt, x, y, width, height, features, payload, failure)
            values ($1, 0, 3, 0, 0, 9, 9, 1, '', null), ($1, 0, 3, 9, 0, 9, 9, 0, '', 'refused')
            """, job.JobId);

        await SendAsync(harness, job.JobId, [new RegionReopening(0, 3)], finished);

        Assert.True(kept
            ? await harness.Sent.Any<VariantSelected>(sent => sent.Context.Message.JobId == job.JobId)
            : await harness.Sent.Any<JobFailed>(sent => sent.Context.Message.JobId == job.JobId));
        Assert.Equal(kept ? 1 : 0, await database.Database.ScalarAsync<long>("select count(*) from job_regions where job_id = $1 and ended_at is null and attempt = 3", job.JobId));
    }

    [Fact]
    public async Task Consume_JobQueuedBefore_SaysNothingAgain()
    {
        await using var services = Services();
        var harness = await StartAsync(services);
        var (queued, fresh) = (new JobSeed { State = "Queued" }, Guid.NewGuid());
        await JobSeed.InsertAsync(database.DataSource, queued);

        await SendAsync(harness, queued.JobId);
        await SendAsync(harness, fresh);

        Assert.True(await harness.Sent.Any<VariantSelected>(sent => sent.Context.Message.JobId == fresh));
        Assert.True(await harness.Consumed.Any<SelectVariant>(consumed => consumed.Context.Message.JobId == queued.JobId));
        Assert.DoesNotContain(harness.Sent.Select<VariantSelected>(), sent => sent.Context.Message.JobId == queued.JobId);
    }

    [Fact]
    public async Task Consume_EndpointCannotBeDescribed_QueuesTheJobAndCountsNothingForTheWholeEndpoint()
    {
        await using var services = Services();
        var harness = await StartAsync(services);
        var jobId = Guid.NewGuid();

        await SendAsync(harness, jobId, endpoint: new ModelEndpoint { Name = "away", Type = EndpointType.SageMaker });

        Assert.True(await harness.Sent.Any<VariantSelected>(sent => sent.Context.Message.JobId == jobId && sent.Context.Message.Variant is null));
        Assert.Empty(await services.GetRequiredService<CapacityLedger>().ReadAsync("away"));
    }

    [Fact]
    public async Task Consume_JobOfATenantWhoseQueueIsFull_IsQueuedAllTheSame()
    {
        await database.Database.ExecuteAsync("insert into tenants (tenant, tier, max_queued) values ('full', 'free', 1)");
        var job = new JobSeed { Tenant = "full", Regions = 0, State = "Requested" };
        await JobSeed.InsertAsync(database.DataSource, new JobSeed { Tenant = "full" }, new JobSeed { Tenant = "full" }, job);
        await using var services = Services();
        var harness = await StartAsync(services);

        await SendAsync(harness, job.JobId);

        Assert.True(await harness.Sent.Any<VariantSelected>(sent => sent.Context.Message.JobId == job.JobId));
        Assert.Empty(harness.Sent.Select<JobFailed>());
    }

    [Fact]
    public async Task Consume_TileWorkersChanged_TheNextJobHasThem()
    {
        await using var services = Services();
        var harness = await StartAsync(services);
        var (before, after) = (Guid.NewGuid(), Guid.NewGuid());
        await SendAsync(harness, before);
        Assert.True(await harness.Sent.Any<VariantSelected>(sent => sent.Context.Message is { TileWorkersPerRegion: 4 } selected && selected.JobId == before));

        services.GetRequiredService<IOptionsMonitor<SchedulerOptions>>().CurrentValue.TileWorkersPerInstance = 9;
        await SendAsync(harness, after);

        Assert.True(await harness.Sent.Any<VariantSelected>(sent => sent.Context.Message is { TileWorkersPerRegion: 9 } selected && selected.JobId == after));
    }

    private ServiceProvider Services() => new ServiceCollection()
        .AddLogging().AddSingleton(database.DataSource).AddSwathOutbox().AddSwathPlacement().AddSwathEndpoints()
        .AddSingleton<ICapacityEstimator>(new SettableEstimator { MaxCapacity = 7 }).AddSingleton<IVariantSelector>(new ControlPlane())
        .AddSingleton<IOptionsMonitor<SchedulerOptions>>(new SettableOptions())
        .AddSingleton<SchedulerMetrics>().AddSingleton<EndpointCapacities>().AddSingleton<JobReader>()
        .AddMassTransitTestHarness(bus =>
        {
            bus.SetKebabCaseEndpointNameFormatter();
            bus.AddSchedulerConsumers();
        }).BuildServiceProvider();

    private static async Task<ITestHarness> StartAsync(ServiceProvider services)
    {
        var harness = services.GetRequiredService<ITestHarness>();
        await harness.Start();
        return harness;
    }

    private static async Task SendAsync(ITestHarness harness, Guid jobId, IReadOnlyList<RegionReopening>? reopen = null, int finished = 0, ModelEndpoint? endpoint = null)
    {
        var queue = await harness.Bus.GetSendEndpoint(Queues.SelectVariant);
        await queue.Send(new SelectVariant
        {
            JobId = jobId,
            Endpoint = endpoint ?? new ModelEndpoint { Name = "http://localhost:8080/invocations" },
            JobKind = "ships",
            Reopen = reopen ?? [],
            TilesFinished = finished,
            Regions = [new ImageRegion(0, new PixelWindow(0, 0, 10, 10), 1), new ImageRegion(1, new PixelWindow(10, 0, 10, 10), 3)],
        });
    }

    /// <summary>SageMaker's is away.</summary>
    private sealed class ControlPlane : IVariantSelector
    {
        public ValueTask<string?> SelectAsync(ModelEndpoint endpoint, CancellationToken cancellationToken) => endpoint.Type == EndpointType.Http
            ? new((string?)null)
            : throw new InvocationException(InvocationFailure.UnknownEndpoint, retryable: true, "no answer");
    }
}
