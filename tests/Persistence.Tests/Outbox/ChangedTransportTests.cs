using Microsoft.Extensions.Hosting;
using Swath.Persistence.Outbox;
using Swath.Persistence.Tests.EventSourcing;
using Swath.Testing;

namespace Swath.Persistence.Tests.Outbox;

// Asking again looks at the whole database: every test has its own.
public sealed class ChangedTransportTests : IAsyncLifetime
{
    private TestDatabase _database = null!;
    private readonly Guid _job = Guid.NewGuid();

    public async Task InitializeAsync()
    {
        _database = await PostgresServer.CreateDatabaseAsync();
        await using var process = await StartAsync("inmemory");
        await process.HandleAsync(new VoyageStarted { JobId = _job, Ship = "Argo" });
        await process.HandleAsync(new VoyageHeld { JobId = _job });
        await process.Harbour.NextAsync();
    }

    public async Task DisposeAsync() => await _database.DisposeAsync();

    [Fact]
    public async Task HostedDelivery_FirstStartOverAnotherTransport_AsksAgainWhatTheFormerOneTookWithIt()
    {
        await using var process = await StartAsync("rabbitmq");
        var delivery = Delivery(process);

        await delivery.StartAsync(TestContext.Deadline());

        Assert.Equal("where is Argo", (await process.Harbour.NextAsync()).Port);
        await delivery.StopAsync(TestContext.Deadline());
    }

    [Fact]
    public async Task HostedDelivery_ManyProcessesAtOnce_OneAsks()
    {
        await using var first = await StartAsync("rabbitmq");
        await using var second = await StartAsync("rabbitmq");
        await Task.WhenAll(Delivery(first).StartAsync(TestContext.Deadline()), Delivery(second).StartAsync(TestContext.Deadline()));

        await Task.WhenAny(first.Harbour.NextAsync(), second.Harbour.NextAsync());
        await Task.WhenAll(Delivery(first).StopAsync(TestContext.Deadline()), Delivery(second).StopAsync(TestContext.Deadline()));

        Assert.True(first.Harbour.IsQuiet && second.Harbour.IsQuiet);
        Assert.Equal("rabbitmq", await _database.ScalarAsync<string>("select name from last_transport"));
    }

    private static OutboxDelivery Delivery(VoyageProcess process) => process.Get<IEnumerable<IHostedService>>().OfType<OutboxDelivery>().Single();

    private Task<VoyageProcess> StartAsync(string transport) => VoyageProcess.StartAsync(_database.DataSource, outbox: options =>
    {
        options.Transport = transport;
        options.SweepInterval = TimeSpan.FromMilliseconds(10);
    });
}
