using Swath.Persistence.Outbox;
using Swath.Persistence.Tests.EventSourcing;
using Swath.Testing;

namespace Swath.Persistence.Tests.Outbox;

// Delivering looks at the whole database: every test has its own.
public sealed class RedeliveryTests : IAsyncLifetime
{
    private TestDatabase _database = null!;
    private readonly FakeTimeProvider _time = new();
    private readonly Guid _job = Guid.NewGuid();

    public async Task InitializeAsync()
    {
        _database = await PostgresServer.CreateDatabaseAsync();
        await _database.FollowAsync(_time);
    }

    public async Task DisposeAsync() => await _database.DisposeAsync();

    [Fact]
    public async Task Start_CommandThatWasIgnored_IsNotObeyedLater()
    {
        await using (var killed = await StartAsync())
        {
            await killed.HandleFromOutboxAsync(new VoyageStarted { JobId = _job, Ship = "Argo" }, _job);
            await killed.HandleFromOutboxAsync(new VoyageHeld { JobId = _job }, _job);
            await killed.HandleFromOutboxAsync(new VoyageHeld { JobId = _job }, _job);
            await killed.HandleFromOutboxAsync(new VoyageResumed { JobId = _job }, _job);
        }
        await using var restarted = await StartAsync();

        await restarted.TakeOverAsync(everybodys: true);
        await restarted.DeliverDueAsync();

        Assert.True(restarted.Harbour.IsQuiet);
        Assert.Equal("Running", await _database.ScalarAsync<string>("select state from jobs where job_id = $1", _job));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Deliver_MessageThatFaultedForGood_IsDeliveredAgain(bool fromTheLog)
    {
        await using var process = await StartAsync();
        await process.HandleFromOutboxAsync(new VoyageStarted { JobId = _job, Ship = "Argo" }, _job);
        await process.Harbour.NextAsync();

        // The stream takes no second event until the message has faulted.
        await _database.ExecuteAsync("alter table job_events add constraint refused check (version < 2)");
        if (fromTheLog)
            await process.Get<IOutbox>().SendAsync(new Uri("queue:voyage"), new PortReached { JobId = _job, Port = "Lemnos" }, _job);
        else
            Assert.NotNull(await process.HandleFromOutboxAsync(new PortReached { JobId = _job, Port = "Lemnos" }, _job));
        do
            await process.SettleAsync();
        while (await _database.ScalarAsync<long>("select count(*) from message_pending where tries = 1 and writer is null") == 0);
        await _database.ExecuteAsync("alter table job_events drop constraint refused");

        Assert.Equal(0, await process.DeliverDueAsync());
        _time.Advance(TimeSpan.FromSeconds(5));
        Assert.Equal(1, await process.DeliverDueAsync());
        Assert.Equal("Lemnos", (await process.Harbour.NextAsync()).Port);
    }

    private Task<VoyageProcess> StartAsync() =>
        VoyageProcess.StartAsync(_database.DataSource, _time, options => options.TransportForgets = true);
}
