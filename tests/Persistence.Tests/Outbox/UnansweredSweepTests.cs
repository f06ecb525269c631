using Swath.Persistence.Outbox;
using Swath.Persistence.Tests.EventSourcing;
using Swath.Testing;

namespace Swath.Persistence.Tests.Outbox;

// Sweeping looks at the whole database: every test has its own.
public sealed class UnansweredSweepTests : IAsyncLifetime
{
    private static readonly TimeSpan Patience = new OutboxOptions().RedeliverAfter;
    private readonly FakeTimeProvider _time = new();
    private readonly Guid _job = Guid.NewGuid();
    private TestDatabase _database = null!;

    public async Task InitializeAsync() => _database = await PostgresServer.CreateDatabaseAsync();

    public async Task DisposeAsync() => await _database.DisposeAsync();

    [Fact]
    public async Task Sweep_CommandThatWasLost_IsSentAgainEverMoreSeldom()
    {
        await using var process = await StartAsync();
        await process.HandleAsync(new VoyageStarted { JobId = _job, Ship = "Argo" });
        await process.HandleAsync(new VoyageHeld { JobId = _job });
        Assert.Equal("home", (await process.Harbour.NextAsync()).Port);
        Assert.Equal(0, await SweepAsync(process));

        var asked = new List<int>();
        for (var patiences = 1; patiences <= 8; patiences++)
        {
            _time.Advance(Patience);
            asked.Add(await SweepAsync(process));
        }

        Assert.Equal([1, 1, 0, 1, 0, 0, 0, 1], asked);
        Assert.Equal("home", (await process.Harbour.NextAsync()).Port);
    }

    [Fact]
    public async Task Sweep_AnsweredInTime_AsksNothing()
    {
        await using var process = await StartAsync();
        await process.HandleAsync(new VoyageStarted { JobId = _job, Ship = "Argo" });
        await process.HandleAsync(new VoyageHeld { JobId = _job });
        _time.Advance(Patience / 2);
        await process.HandleAsync(new VoyageResumed { JobId = _job });
        _time.Advance(10 * Patience);
        Assert.Equal(0, await SweepAsync(process));
    }

    [Fact]
    public async Task Sweep_SomebodyIsAtIt_AsksNothing()
    {
        await using var process = await StartAsync();
        await process.HandleAsync(new VoyageStarted { JobId = _job, Ship = "Argo" });
        await process.HandleAsync(new VoyageHeld { JobId = _job });
        await using var connection = await _database.DataSource.OpenConnectionAsync();
        await using (var take = new Npgsql.NpgsqlCommand("select pg_advisory_lock(hashtextextended('swath assembles ' || $1::text, 0))", connection) { Parameters = { new() { Value = _job } } })
            await take.ExecuteNonQueryAsync();
        _time.Advance(Patience);
        Assert.Equal(0, await SweepAsync(process));
    }

    private static async Task<int> SweepAsync(VoyageProcess process)
    {
        // What has been delivered is noted a moment later.
        await process.SettleAsync();
        var jobs = await process.Get<UnansweredSweep>().SweepAsync(default);
        await process.Get<UndeliveredMessageSweeper>().SweepAsync(TimeSpan.Zero, default);
        return jobs;
    }

    private Task<VoyageProcess> StartAsync() => VoyageProcess.StartAsync(_database.DataSource, _time);
}
