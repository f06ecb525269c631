using Swath.Persistence.Outbox;
using Swath.Persistence.Tests.EventSourcing;
using Swath.Testing;

namespace Swath.Persistence.Tests.Outbox;

// Asking looks at the whole database: every test has its own.
public sealed class UnansweredCommandsTests : IAsyncLifetime
{
    private static readonly TimeSpan Patience = new OutboxOptions().AskAgainAfter;
    private readonly FakeTimeProvider _time = new();
    private readonly Guid _job = Guid.NewGuid();
    private TestDatabase _database = null!;

    public async Task InitializeAsync()
    {
        _database = await PostgresServer.CreateDatabaseAsync();
        await _database.FollowAsync(_time);
    }

    public async Task DisposeAsync() => await _database.DisposeAsync();

    [Fact]
    public async Task Ask_CommandThatWasLost_IsMadeOfTheStateAndSentAgainEverMoreSeldom()
    {
        await using var process = await HeldAsync();
        Assert.Equal(0, await AskAsync(process));

        var asked = new List<int>();
        for (var patiences = 1; patiences <= 8; patiences++)
        {
            _time.Advance(Patience);
            asked.Add(await AskAsync(process));
        }

        Assert.Equal([1, 1, 0, 1, 0, 0, 0, 1], asked);
        var repeated = await process.Harbour.NextAsync();
        Assert.Equal(("where is Argo", "report-port.v1"), (repeated.Port, repeated.Schema));
    }

    [Fact]
    public async Task Ask_AnsweredInTime_AsksNothing()
    {
        await using var process = await HeldAsync();
        _time.Advance(Patience / 2);
        await process.HandleAsync(new VoyageResumed { JobId = _job });
        _time.Advance(10 * Patience);
        Assert.Equal(0, await AskAsync(process));
    }

    [Fact]
    public async Task Ask_SomebodyIsAtIt_AsksNothing()
    {
        await using var process = await HeldAsync();
        await using var connection = await _database.DataSource.OpenConnectionAsync();
        await using (var take = new Npgsql.NpgsqlCommand("select pg_advisory_lock(hashtextextended('swath assembles ' || $1::text, 0))", connection) { Parameters = { new() { Value = _job } } })
            await take.ExecuteNonQueryAsync();
        _time.Advance(Patience);
        Assert.Equal(0, await AskAsync(process));
    }

    [Fact]
    public async Task AskAll_TransportThatForgot_AsksEveryJobThatWaitsAtOnce()
    {
        await using var process = await HeldAsync();

        Assert.Equal(1, await process.Get<UnansweredCommands>().AskAllAsync(default));

        Assert.Equal("where is Argo", (await process.Harbour.NextAsync()).Port);
    }

    [Fact]
    public async Task Ask_JobOfANewerRelease_LeavesItAndAsksTheOthers()
    {
        await using var process = await HeldAsync();
        await _database.ExecuteAsync("insert into job_events (job_id, version, message_id, type, data, occurred_at) select '00000000-0000-0000-0000-000000000001', 1, gen_random_uuid(), 'voyage-turned.v1', '{}', occurred_at from job_events limit 1");
        await _database.ExecuteAsync("insert into jobs (job_id, state, version, updated_at) values ('00000000-0000-0000-0000-000000000001', 'Queued', 1, $1)", _time.GetUtcNow());
        _time.Advance(Patience);

        Assert.Equal(1, await AskAsync(process));
    }

    private static Task<int> AskAsync(VoyageProcess process) => process.Get<UnansweredCommands>().AskAsync(default);

    /// <summary>A voyage in the state in which an answer is awaited.</summary>
    private async Task<VoyageProcess> HeldAsync()
    {
        var process = await VoyageProcess.StartAsync(_database.DataSource, _time);
        await process.HandleAsync(new VoyageStarted { JobId = _job, Ship = "Argo" });
        await process.HandleAsync(new VoyageHeld { JobId = _job });
        Assert.Equal("home", (await process.Harbour.NextAsync()).Port);
        return process;
    }
}
