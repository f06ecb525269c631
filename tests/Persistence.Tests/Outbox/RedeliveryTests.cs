using Swath.Persistence.Outbox;
using Swath.Persistence.Tests.EventSourcing;
using Swath.Testing;

namespace Swath.Persistence.Tests.Outbox;

// Recovery and sweeping look at the whole database: every test has its own.
public sealed class RedeliveryTests : IAsyncLifetime
{
    private TestDatabase _database = null!;
    private readonly FakeTimeProvider _time = new();
    private readonly Guid _job = Guid.NewGuid();

    public async Task InitializeAsync() => _database = await PostgresServer.CreateDatabaseAsync();

    public async Task DisposeAsync() => await _database.DisposeAsync();

    [Fact]
    public async Task Recovery_CommandThatWasIgnored_IsNotObeyedLater()
    {
        await using (var killed = await StartAsync())
        {
            await killed.HandleFromOutboxAsync(new VoyageStarted { JobId = _job, Ship = "Argo" }, _job);
            await killed.HandleFromOutboxAsync(new VoyageHeld { JobId = _job }, _job);
            await killed.HandleFromOutboxAsync(new VoyageHeld { JobId = _job }, _job);
            await killed.HandleFromOutboxAsync(new VoyageResumed { JobId = _job }, _job);
        }
        await using var restarted = await StartAsync();

        // What the start sent; none of the commands.
        Assert.Equal(1, await restarted.Get<OutboxRecovery>().RedeliverEverythingAsync());

        Assert.Equal("home", (await restarted.Harbour.NextAsync()).Port);
        Assert.Equal("Running", await _database.ScalarAsync<string>("select state from jobs where job_id = $1", _job));
    }

    private Task<VoyageProcess> StartAsync() =>
        VoyageProcess.StartAsync(_database.DataSource, _time, options => options.TransportForgets = false);
}
