using Npgsql;
using Swath.Persistence.EventSourcing;
using Swath.Persistence.Outbox;
using Swath.Testing;

namespace Swath.Persistence.Tests.EventSourcing;

// Taking over looks at the whole database: every test has its own.
public sealed class DeliveryTests : IAsyncLifetime
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
    public async Task Deliver_Sent_LeavesNothingBehind()
    {
        await using var process = await StartAsync();
        await process.HandleAsync(new VoyageStarted { JobId = _job, Ship = "Argo" });
        await process.Harbour.NextAsync();
        await process.SettleAsync();

        Assert.Equal(0, await Rows());
        Assert.Null(await _database.ScalarAsync<string>("select outgoing::text from job_events where job_id = $1", _job));
    }

    [Fact]
    public async Task Deliver_ProcessDiedAfterCommit_AnotherDeliversWhenItsLeaseIsOver()
    {
        await DieInTheMiddleAsync();
        await using var living = await StartAsync();

        Assert.Equal(0, await living.TakeOverAsync());
        _time.Advance(LeftMessages.Lease + TimeSpan.FromSeconds(1));
        Assert.Equal(1, await living.TakeOverAsync());
        Assert.Equal(0, await living.TakeOverAsync());
        Assert.Equal(1, await living.DeliverDueAsync());

        Assert.Equal("home", (await living.Harbour.NextAsync()).Port);
        Assert.Equal(0, await Rows());
    }

    [Fact]
    public async Task Deliver_TransportThatForgets_TakesOverAtOnce()
    {
        await DieInTheMiddleAsync();
        await using var living = await StartAsync();

        Assert.Equal(1, await living.TakeOverAsync(everybodys: true));
        Assert.Equal(1, await living.DeliverDueAsync());

        Assert.Equal("home", (await living.Harbour.NextAsync()).Port);
    }

    [Fact]
    public async Task Deliver_Again_KeepsEveryIdAndAddress()
    {
        // Delivered, and killed before that was written down: its clock stands still.
        var killed = await VoyageProcess.StartAsync(_database.DataSource, new FakeTimeProvider());
        await killed.HandleAsync(new VoyageStarted { JobId = _job, Ship = "Argo" });
        var first = await killed.Harbour.NextAsync();
        await using var process = await StartAsync();

        await process.TakeOverAsync(everybodys: true);
        Assert.Equal(1, await process.DeliverDueAsync());

        Assert.Equal(first, await process.Harbour.NextAsync());
        Assert.NotNull(first.ConversationId);
        Assert.NotNull(first.SourceAddress);
    }

    [Fact]
    public async Task Deliver_CommitAfterTheProcessWasTakenForDead_IsFound()
    {
        await using var living = await StartAsync();
        await using var connection = await _database.DataSource.OpenConnectionAsync();
        await using var slow = await connection.BeginTransactionAsync();
        await using (var late = new NpgsqlCommand(
            """insert into message_log (writer, seq, items) values (gen_random_uuid(), 1, '[{"messageId":"7f1dd7a9-5be2-4d4b-8d0e-6b1f6a3c0d11","destination":"queue:harbour","contentType":"application/json","types":[],"body":{}}]')""",
            connection, slow))
            await late.ExecuteNonQueryAsync();
        Assert.Equal(0, await living.TakeOverAsync());

        await slow.CommitAsync();

        Assert.Equal(1, await living.TakeOverAsync());
        Assert.Equal(1L, await _database.ScalarAsync<long>("select count(*) from message_pending"));
    }

    [Fact]
    public async Task Deliver_RefusedByTheTransport_IsTriedAgainApartFromTheOthers()
    {
        await using var process = await StartAsync();
        process.LineCut = true;
        await process.HandleAsync(new VoyageStarted { JobId = _job, Ship = "Argo" });
        await process.SettleAsync();
        process.LineCut = false;
        Assert.Equal(0, await process.DeliverDueAsync());

        await process.HandleAsync(new PortReached { JobId = _job, Port = "Lemnos" });
        Assert.Equal("Lemnos", (await process.Harbour.NextAsync()).Port);
        _time.Advance(TimeSpan.FromSeconds(5));
        Assert.Equal(1, await process.DeliverDueAsync());

        Assert.Equal("home", (await process.Harbour.NextAsync()).Port);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Deliver_OutcomeOfTheCommitUnknown_FollowsWhatTheDatabaseHolds(bool committed)
    {
        await using var process = await StartAsync();
        var log = process.Get<MessageLog>();
        var entry = log.Open();
        var message = PostgresOutbox.Outgoing(OutboxEntry.Send(VoyageStateMachine.Harbour, new ReportPort { JobId = _job, Port = "Lemnos" }), _time.GetUtcNow(), schemas: null);
        if (committed)
            await _database.ExecuteAsync("insert into message_log (writer, seq, items) values ($1, $2, $3)", log.Writer, entry.Seq, $"[{OutgoingMessageJson.WriteItems([message])}]");

        // No process of any server has this number.
        process.Get<OwnMessages>().FindOut(int.MaxValue, entry);
        process.Get<OwnMessages>().Hurry();

        if (committed)
        {
            while (await process.DeliverDueAsync() == 0)
                await Task.Yield();
            Assert.Equal("Lemnos", (await process.Harbour.NextAsync()).Port);
        }
        Assert.Equal(0, await Rows());
    }

    [Fact]
    public async Task Accept_RowOfOneJobIsLocked_TheOthersOfItsGroupGoOn()
    {
        await using var process = await StartAsync();
        var jobs = Enumerable.Range(0, 30).Select(_ => Guid.NewGuid()).ToArray();
        await Task.WhenAll(jobs.Append(_job).Select(job => process.HandleAsync(new VoyageStarted { JobId = job, Ship = "Argo" })));
        await using var connection = await _database.DataSource.OpenConnectionAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        await using (var hold = new NpgsqlCommand("select from jobs where job_id = $1 for update", connection) { Parameters = { new() { Value = _job } } })
            await hold.ExecuteNonQueryAsync();

        var loser = process.HandleAsync(new VoyageHeld { JobId = _job });
        await Task.WhenAll(jobs.Select(job => process.HandleAsync(new VoyageHeld { JobId = job })));
        Assert.False(loser.IsCompleted);

        await transaction.RollbackAsync();
        await loser;
        Assert.Equal(31L, await _database.ScalarAsync<long>("select count(*) from jobs where state = 'Queued'"));
    }

    [Fact]
    public async Task Accept_EventThatLeavesTheState_WritesTheRowAMomentLater()
    {
        await using var process = await StartAsync();
        await process.HandleAsync(new VoyageStarted { JobId = _job, Ship = "Argo" });
        for (var i = 0; i < 5; i++)
            await process.HandleAsync(new PortReached { JobId = _job, Port = $"{i}", Cargo = 1 });
        Assert.Equal(1, await _database.ScalarAsync<int>("select version from jobs where job_id = $1", _job));

        await process.SettleAsync();

        Assert.Equal(6, await _database.ScalarAsync<int>("select version from jobs where job_id = $1", _job));
        Assert.Equal(5L, await _database.ScalarAsync<long>("select features from jobs where job_id = $1", _job));
    }

    // As if killed with its message in hand: it is never heard of again, and its clock stands still.
    private async Task DieInTheMiddleAsync()
    {
        var dying = await VoyageProcess.StartAsync(_database.DataSource, new FakeTimeProvider());
        dying.Killed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await dying.Get<MessageLog>().RegisterAsync(default);
        _ = dying.HandleAsync(new VoyageStarted { JobId = _job, Ship = "Argo" });
        await dying.Killed.Task.WaitAsync(TestContext.Deadline());
    }

    private Task<VoyageProcess> StartAsync() => VoyageProcess.StartAsync(_database.DataSource, _time);

    private async Task<long> Rows() => await _database.ScalarAsync<long>(
        "select (select count(*) from message_log) + (select count(*) from message_pending) + (select count(*) from outbox)");
}
