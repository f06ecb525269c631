using Microsoft.Extensions.Hosting;
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

    [Fact]
    public async Task HostedDelivery_MessageThatFaultedForGood_IsDeliveredAgain()
    {
        await using var process = await StartAsync();
        await FaultAsync(process);
        _time.Advance(new OutboxOptions().RedeliverAfter);
        var delivery = process.Get<IEnumerable<IHostedService>>().OfType<OutboxDelivery>().Single();

        await delivery.StartAsync(TestContext.Deadline());

        Assert.Equal("Lemnos", (await process.Harbour.NextAsync()).Port);
        await delivery.StopAsync(TestContext.Deadline());
    }

    [Fact]
    public async Task UnconsumedSweep_OnlyWhatFaultedAndIsOldEnough_BecomesDue()
    {
        await using var process = await StartAsync();
        var sweep = process.Get<UnacknowledgedMessageRequeuer>();
        await FaultAsync(process);
        await process.HandleFromOutboxAsync(new VoyageResumed { JobId = _job }, _job);
        await process.Get<IOutbox>().PublishAsync(new ReportPort { JobId = _job, Port = "not the saga's" }, _job);
        await process.Get<OutboxDispatcher>().DeliverDueAsync(default);

        Assert.Equal(0, await sweep.SweepAsync(default));
        _time.Advance(new OutboxOptions().RedeliverAfter);
        Assert.Equal(1, await sweep.SweepAsync(default));
        Assert.Equal(0, await sweep.SweepAsync(default));
    }

    [Fact]
    public async Task HostedDelivery_RecoveryThatFailsFirst_IsTriedAgain()
    {
        await using (var killed = await VoyageProcess.StartAsync(_database.DataSource))
        {
            await killed.HandleAsync(new VoyageStarted { JobId = _job, Ship = "Argo" });
            await killed.Harbour.NextAsync();
        }
        // A sequence counts on when its transaction is rolled back.
        await _database.ExecuteAsync(
            """
            create sequence attempts;
            create function fail_once() returns trigger language plpgsql as $$
            begin
              if nextval('attempts') = 1 then raise exception 'The first recovery fails.'; end if;
              return new;
            end
            $$;
            create trigger fail_once before update on jobs for each row execute function fail_once();
            """);
        await using var restarted = await VoyageProcess.StartAsync(_database.DataSource, outbox: options =>
        {
            options.TransportForgets = true;
            options.SweepInterval = TimeSpan.FromMilliseconds(10);
        });
        var delivery = restarted.Get<IEnumerable<IHostedService>>().OfType<OutboxDelivery>().Single();

        await delivery.StartAsync(TestContext.Deadline());

        Assert.Equal("home", (await restarted.Harbour.NextAsync()).Port);
        Assert.True(await _database.ScalarAsync<long>("select last_value from attempts") > 1);
        await delivery.StopAsync(TestContext.Deadline());
    }

    /// <summary>The stream takes no second event until the message has faulted.</summary>
    private async Task FaultAsync(VoyageProcess process)
    {
        await process.HandleFromOutboxAsync(new VoyageStarted { JobId = _job, Ship = "Argo" }, _job);
        await process.Harbour.NextAsync();
        await _database.ExecuteAsync("alter table job_events add constraint refused check (version < 2)");
        Assert.NotNull(await process.HandleFromOutboxAsync(new PortReached { JobId = _job, Port = "Lemnos" }, _job));
        await _database.ExecuteAsync("alter table job_events drop constraint refused");
    }

    private Task<VoyageProcess> StartAsync() =>
        VoyageProcess.StartAsync(_database.DataSource, _time, options => options.TransportForgets = false);
}
