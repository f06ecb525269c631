using Microsoft.Extensions.Hosting;
using Swath.Persistence.Outbox;
using Swath.Persistence.Tests.EventSourcing;
using Swath.Testing;

namespace Swath.Persistence.Tests.Outbox;

public sealed class OutboxDeliveryTests(DatabaseFixture database) : IClassFixture<DatabaseFixture>
{
    [Fact]
    public async Task HostedDelivery_MessageOfAnotherProcess_IsDeliveredWhenItsTransactionCommits()
    {
        var patient = TimeSpan.FromHours(1);
        await using var api = await VoyageProcess.StartAsync(database.DataSource);
        await using var deliverer = await VoyageProcess.StartAsync(database.DataSource, outbox: o => o.SweepInterval = patient);
        var hosted = deliverer.Get<IEnumerable<IHostedService>>().Where(s => s is BackgroundService).ToArray();
        foreach (var service in hosted)
            await service.StartAsync(TestContext.Deadline());

        // No tick comes within the hour: only the notification can deliver it.
        for (var i = 0; i < 3; i++)
        {
            await api.Get<IOutbox>().SendAsync(VoyageStateMachine.Harbour, new ReportPort { JobId = Guid.Empty, Port = $"{i}" });
            Assert.Equal($"{i}", (await deliverer.Harbour.NextAsync()).Port);
        }

        foreach (var service in hosted)
            await service.StopAsync(TestContext.Deadline());
    }

    [Fact]
    public async Task HostedDelivery_TransportThatForgets_DeliversEverythingOfUnfinishedJobsAtTheStart()
    {
        var job = Guid.NewGuid();
        await using (var killed = await VoyageProcess.StartAsync(database.DataSource))
        {
            await killed.HandleAsync(new VoyageStarted { JobId = job, Ship = "Argo" });
            await killed.Harbour.NextAsync();
        }
        await using var restarted = await VoyageProcess.StartAsync(database.DataSource, outbox: o => o.TransportForgets = true);

        var delivery = restarted.Get<IEnumerable<IHostedService>>().OfType<OutboxDelivery>().Single();
        await delivery.StartAsync(TestContext.Deadline());

        Assert.Equal("home", (await restarted.Harbour.NextAsync()).Port);
        await delivery.StopAsync(TestContext.Deadline());
    }
}
