using Swath.Persistence.EventSourcing;
using Swath.Persistence.Outbox;
using Swath.Testing;

namespace Swath.Persistence.Tests.EventSourcing;

// Recovery and sweeping look at the whole database: every test has its own.
public sealed class DeliveryTests : IAsyncLifetime
{
    private TestDatabase _database = null!;
    private static readonly TimeSpan Grace = new OutboxOptions().GracePeriod;
    private readonly FakeTimeProvider _time = new();
    private readonly Guid _job = Guid.NewGuid();

    public async Task InitializeAsync() => _database = await PostgresServer.CreateDatabaseAsync();

    public async Task DisposeAsync() => await _database.DisposeAsync();

    [Fact]
    public async Task Deliver_ProcessDiedAfterCommit_SweeperDeliversWhatIsOldEnoughUnchanged()
    {
        await using (var dying = await StartAsync())
        {
            dying.LineCut = true;
            await dying.HandleAsync(new VoyageStarted { JobId = _job, Ship = "Argo" });
            await dying.HandleAsync(new PortReached { JobId = _job, Port = "Lemnos" });
        }
        await using var living = await StartAsync();
        var sweep = living.Get<UndeliveredMessageSweeper>();

        Assert.Equal(0, await sweep.SweepAsync(Grace, default));
        _time.Advance(Grace);
        Assert.Equal(2, await sweep.SweepAsync(Grace, default));
        Assert.Equal(0, await sweep.SweepAsync(Grace, default));

        Assert.Equal("home", (await living.Harbour.NextAsync()).Port);
        Assert.Equal("Lemnos", (await living.Harbour.NextAsync()).Port);
        Assert.Equal(2, await DeliveredVersion());
    }

    [Fact]
    public async Task Deliver_Again_KeepsEveryIdAndAddress()
    {
        await using var process = await StartAsync();
        await process.HandleAsync(new VoyageStarted { JobId = _job, Ship = "Argo" });
        var first = await process.Harbour.NextAsync();
        await process.Get<EventStore<Voyage>>().Watermark.FlushAsync(default);
        Assert.Equal(1, await DeliveredVersion());

        Assert.Equal(1, await process.Get<OutboxRecovery>().RedeliverEverythingAsync());

        Assert.Equal(first, await process.Harbour.NextAsync());
        Assert.NotNull(first.ConversationId);
        Assert.NotNull(first.SourceAddress);
    }

    [Fact]
    public async Task Deliver_DuplicateOfMessageWhoseOutgoingWasNotDelivered_DeliversIt()
    {
        var id = Guid.NewGuid();
        await using var process = await StartAsync();
        process.LineCut = true;
        await process.HandleAsync(new VoyageStarted { JobId = _job, Ship = "Argo" }, id);
        process.LineCut = false;
        Assert.True(process.Harbour.IsQuiet);

        await process.HandleAsync(new VoyageStarted { JobId = _job, Ship = "Argo" }, id);

        Assert.Equal("home", (await process.Harbour.NextAsync()).Port);
    }

    [Fact]
    public async Task Watermark_BehindAGapThatAnotherProcessLeft_StaysBehindIt()
    {
        await using (var dying = await StartAsync())
        {
            dying.LineCut = true;
            await dying.HandleAsync(new VoyageStarted { JobId = _job, Ship = "Argo" });
        }
        await using var living = await StartAsync();
        await living.HandleAsync(new PortReached { JobId = _job, Port = "Lemnos" });
        await living.Get<EventStore<Voyage>>().Watermark.FlushAsync(default);
        Assert.Equal(0, await DeliveredVersion());

        _time.Advance(Grace);
        await living.Get<UndeliveredMessageSweeper>().SweepAsync(Grace, default);

        Assert.Equal(["Lemnos", "home", "Lemnos"], new[] { await living.Harbour.NextAsync(), await living.Harbour.NextAsync(), await living.Harbour.NextAsync() }.Select(a => a.Port));
        Assert.Equal(2, await DeliveredVersion());
    }

    [Fact]
    public async Task Watermark_EventsThatSendNothing_NeedNoUpdateOfTheirOwn()
    {
        await using var process = await StartAsync();
        await process.HandleAsync(new VoyageStarted { JobId = _job, Ship = "Argo" });
        await process.HandleAsync(new VoyageEnded { JobId = _job });

        Assert.Equal(2, await DeliveredVersion());
    }

    [Fact]
    public async Task Recovery_FinishedLongAgo_IsLeftAlone()
    {
        await using var process = await StartAsync();
        await process.HandleAsync(new VoyageStarted { JobId = _job, Ship = "Argo" });
        await process.HandleAsync(new VoyageEnded { JobId = _job });
        await process.Harbour.NextAsync();

        _time.Advance(TimeSpan.FromHours(2));
        await process.Get<OutboxRecovery>().RedeliverEverythingAsync();

        Assert.Equal(2, await DeliveredVersion());
        Assert.True(process.Harbour.IsQuiet);
    }

    private Task<VoyageProcess> StartAsync() => VoyageProcess.StartAsync(_database.DataSource, _time);

    private Task<int> DeliveredVersion() => _database.ScalarAsync<int>("select delivered_version from jobs where job_id = $1", _job);
}
