using MassTransit;
using MassTransit.Testing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Swath.Contracts;
using Swath.Endpoints;
using Swath.Persistence.Capacity;
using Swath.Persistence.Outbox;
using Swath.Persistence.Placement;
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
        await using var services = new ServiceCollection()
            .AddLogging().AddSingleton(database.DataSource).AddSwathOutbox().AddSwathPlacement().AddSwathEndpoints()
            .AddSingleton<ICapacityEstimator>(new SettableEstimator { MaxCapacity = 7 })
            .AddSingleton<IOptionsMonitor<SchedulerOptions>>(new SettableOptions())
            .AddSingleton<SchedulerMetrics>().AddSingleton<EndpointCapacities>()
            .AddMassTransitTestHarness(bus =>
            {
                bus.SetKebabCaseEndpointNameFormatter();
                bus.AddSchedulerConsumers();
            }).BuildServiceProvider();
        var harness = services.GetRequiredService<ITestHarness>();
        await harness.Start();
        var jobId = Guid.NewGuid();

        var queue = await harness.Bus.GetSendEndpoint(Queues.SelectVariant);
        await queue.Send(new SelectVariant
        {
            JobId = jobId,
            Endpoint = new ModelEndpoint { Name = "http://localhost:8080/invocations" },
            JobKind = "ships",
            Regions = [new ImageRegion(0, new PixelWindow(0, 0, 10, 10), 1), new ImageRegion(1, new PixelWindow(10, 0, 10, 10), 3)],
        });

        Assert.True(await harness.Published.Any<VariantSelected>(published => published.Context.Message.JobId == jobId));
        var selected = harness.Published.Select<VariantSelected>().Single().Context.Message;
        Assert.Equal((null, 4), (selected.Variant, selected.TileWorkersPerRegion));
        var entry = Assert.Single(await services.GetRequiredService<CapacityLedger>().ReadAsync("http://localhost:8080/invocations"));
        Assert.Equal((7, 7), (entry.MaxCapacity, entry.Target));
        Assert.Equal(4, await database.Database.ScalarAsync<long>("select sum(tiles) from job_regions where job_id = $1 and kind = 'ships'", jobId));
    }
}
