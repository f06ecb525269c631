using Microsoft.Extensions.Hosting;
using Swath.Persistence.Outbox;
using Swath.Persistence.Tests.EventSourcing;
using Swath.Testing;

namespace Swath.Persistence.Tests.Outbox;

// Taking over looks at the whole database: every test has its own.
public sealed class ChangedTransportTests : IAsyncLifetime
{
    private TestDatabase _database = null!;
    private readonly Guid _job = Guid.NewGuid();

    public async Task InitializeAsync() => _database = await PostgresServer.CreateDatabaseAsync();

    public async Task DisposeAsync() => await _database.DisposeAsync();

    [Fact]
    public async Task HostedDelivery_FirstStartOverAnotherTransport_DeliversWhatTheFormerOneTookWithIt()
    {
        await SendAsync("inmemory");
        await using var process = await StartAsync("rabbitmq");
        var delivery = process.Get<IEnumerable<IHostedService>>().OfType<OutboxDelivery>().Single();

        await delivery.StartAsync(TestContext.Deadline());

        Assert.Equal("home", (await process.Harbour.NextAsync()).Port);
        await delivery.StopAsync(TestContext.Deadline());
    }

    [Fact]
    public async Task TakeOver_ByManyProcessesAtOnce_ResetsOnce()
    {
        await SendAsync("inmemory");
        await using var process = await StartAsync("rabbitmq");
        var recovery = process.Get<OutboxRecovery>();

        var changed = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => recovery.TakeOverAsync("rabbitmq")));

        Assert.Single(changed, reset => reset);
        Assert.False(await recovery.TakeOverAsync("rabbitmq"));
        Assert.Equal(0, await _database.ScalarAsync<int>("select delivered_version from jobs where job_id = $1", _job));
    }

    [Fact]
    public async Task TakeOver_SameTransport_LeavesWhatCountsAsDelivered()
    {
        await SendAsync("inmemory");
        await using var process = await StartAsync("inmemory");

        Assert.False(await process.Get<OutboxRecovery>().TakeOverAsync("inmemory"));

        Assert.Equal(1, await _database.ScalarAsync<int>("select delivered_version from jobs where job_id = $1", _job));
    }

    /// <summary>A process starts a voyage, hands its message to the transport and ends.</summary>
    private async Task SendAsync(string transport)
    {
        await using (var process = await StartAsync(transport))
        {
            await process.HandleAsync(new VoyageStarted { JobId = _job, Ship = "Argo" });
            await process.Harbour.NextAsync();
        }

        await _database.ExecuteAsync("update jobs set delivered_version = version");
    }

    private Task<VoyageProcess> StartAsync(string transport) => VoyageProcess.StartAsync(_database.DataSource, outbox: options =>
    {
        options.Transport = transport;
        options.SweepInterval = TimeSpan.FromMilliseconds(10);
        options.GracePeriod = TimeSpan.Zero;
    });
}
