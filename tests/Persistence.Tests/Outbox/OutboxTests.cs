using Npgsql;
using Swath.Persistence.Outbox;
using Swath.Persistence.Tests.EventSourcing;
using Swath.Testing;

namespace Swath.Persistence.Tests.Outbox;

// Recovery and sweeping look at the whole database: every test has its own.
public sealed class OutboxTests : IAsyncLifetime
{
    private TestDatabase _database = null!;
    private readonly FakeTimeProvider _time = new();
    private readonly Guid _job = Guid.NewGuid();

    public async Task InitializeAsync() => _database = await PostgresServer.CreateDatabaseAsync();

    public async Task DisposeAsync() => await _database.DisposeAsync();

    [Fact]
    public async Task Send_CommittedTransaction_IsDelivered()
    {
        await using var process = await StartAsync();
        await using (var connection = await _database.DataSource.OpenConnectionAsync())
        {
            await using var transaction = await connection.BeginTransactionAsync();
            await process.Get<IOutbox>().SendAsync(transaction, VoyageStateMachine.Harbour, Report("Lemnos"), _job);
            Assert.Equal(0, await DispatchAsync(process));
            await transaction.CommitAsync();
        }

        Assert.Equal(1, await DispatchAsync(process));
        Assert.Equal(0, await DispatchAsync(process));

        var arrival = await process.Harbour.NextAsync();
        Assert.Equal("Lemnos", arrival.Port);
        Assert.Equal(_job, arrival.CorrelationId);
    }

    [Fact]
    public async Task Publish_ByType_ReachesTheSaga()
    {
        await using var process = await StartAsync();

        await process.Get<IOutbox>().PublishAsync(new VoyageStarted { JobId = _job, Ship = "Argo" }, _job);
        Assert.Equal(1, await DispatchAsync(process));

        Assert.Equal("home", (await process.Harbour.NextAsync()).Port);
    }

    [Fact]
    public async Task Send_RolledBackTransaction_IsNeverDelivered()
    {
        await using var process = await StartAsync();
        await using (var connection = await _database.DataSource.OpenConnectionAsync())
        {
            await using var transaction = await connection.BeginTransactionAsync();
            await process.Get<IOutbox>().SendAsync(transaction, VoyageStateMachine.Harbour, Report("Lemnos"));
            await transaction.RollbackAsync();
        }

        Assert.Equal(0, await DispatchAsync(process));
    }

    [Fact]
    public async Task Send_DueLater_IsDeliveredThenAndNotBefore()
    {
        await using var process = await StartAsync();
        await process.Get<IOutbox>().SendAsync(VoyageStateMachine.Harbour, Report("later"), dueAt: _time.GetUtcNow().AddMinutes(5));

        Assert.Equal(0, await DispatchAsync(process));
        Assert.Equal(_time.GetUtcNow().AddMinutes(5), await process.Get<OutboxDispatcher>().NextDueAsync(default));
        _time.Advance(TimeSpan.FromMinutes(5));

        Assert.Equal(1, await DispatchAsync(process));
        Assert.Equal("later", (await process.Harbour.NextAsync()).Port);
    }

    [Fact]
    public async Task Cancel_ByToken_TakesBackWhatIsNotDelivered()
    {
        await using var process = await StartAsync();
        var outbox = process.Get<IOutbox>();
        var token = Guid.NewGuid();
        await outbox.SendAsync(VoyageStateMachine.Harbour, Report("one"), dueAt: _time.GetUtcNow().AddMinutes(5), token: token);
        await outbox.SendAsync(VoyageStateMachine.Harbour, Report("two"), dueAt: _time.GetUtcNow().AddMinutes(5), token: token);
        await outbox.SendAsync(VoyageStateMachine.Harbour, Report("three"), dueAt: _time.GetUtcNow().AddMinutes(5));

        Assert.Equal(2, await outbox.CancelAsync(token));
        Assert.Equal(0, await outbox.CancelAsync(token));
        _time.Advance(TimeSpan.FromMinutes(5));

        Assert.Equal(1, await DispatchAsync(process));
        Assert.Equal("three", (await process.Harbour.NextAsync()).Port);
    }

    [Fact]
    public async Task Enqueue_SameMessageIdTwice_IsOneMessage()
    {
        await using var process = await StartAsync();
        var entry = OutboxEntry.Send(VoyageStateMachine.Harbour, Report("once")) with { MessageId = Guid.NewGuid() };

        await process.Get<IOutbox>().EnqueueAsync([entry]);
        await process.Get<IOutbox>().EnqueueAsync([entry]);

        Assert.Equal(1, await DispatchAsync(process));
        Assert.Equal(entry.MessageId, (await process.Harbour.NextAsync()).MessageId);
    }

    [Fact]
    public async Task Dispatch_MessageThatCannotBeDelivered_HoldsUpNothingElse()
    {
        await using var process = await StartAsync();
        await process.Get<IOutbox>().SendAsync(new Uri("carrierpigeon://nowhere/loft"), Report("lost"));
        await process.Get<IOutbox>().SendAsync(VoyageStateMachine.Harbour, Report("Lemnos"));

        Assert.Equal(1, await DispatchAsync(process));

        Assert.Equal("Lemnos", (await process.Harbour.NextAsync()).Port);
        Assert.Equal(1L, await _database.ScalarAsync<long>("select count(*) from outbox where delivered_at is null"));
    }

    [Fact]
    public async Task Dispatch_ByTwoProcessesAtOnce_DeliversEachMessageOnce()
    {
        await using var first = await StartAsync();
        await using var second = await StartAsync();
        await first.Get<IOutbox>().EnqueueAsync([.. Enumerable.Range(0, 500).Select(i => OutboxEntry.Send(VoyageStateMachine.Harbour, Report($"{i}")))]);

        var delivered = await Task.WhenAll(DispatchAsync(first), DispatchAsync(second));

        Assert.Equal(500, delivered.Sum());
    }

    [Fact]
    public async Task Purge_TransportThatForgets_KeepsTheRowsOfUnfinishedJobs()
    {
        await using var process = await StartAsync(forgets: true);
        var finished = Guid.NewGuid();
        await process.HandleAsync(new VoyageStarted { JobId = finished, Ship = "Argo" });
        await process.HandleAsync(new VoyageEnded { JobId = finished });
        await process.Get<IOutbox>().SendAsync(VoyageStateMachine.Harbour, Report("a"), finished);
        await process.Get<IOutbox>().SendAsync(VoyageStateMachine.Harbour, Report("b"), _job);
        await DispatchAsync(process);

        _time.Advance(TimeSpan.FromHours(1));
        await process.Get<OutboxPurger>().PurgeAsync(default);

        Assert.Equal(1L, await Rows(_job));
        Assert.Equal(0L, await Rows(finished));
    }

    [Fact]
    public async Task Recovery_DeliveredRowsOfUnfinishedJobs_AreDeliveredAgain()
    {
        await using var process = await StartAsync(forgets: true);
        await process.Get<IOutbox>().SendAsync(VoyageStateMachine.Harbour, Report("b"), _job);
        await DispatchAsync(process);
        var first = await process.Harbour.NextAsync();

        Assert.Equal(1, await process.Get<OutboxRecovery>().RedeliverEverythingAsync());

        Assert.Equal(first, await process.Harbour.NextAsync());
    }

    [Fact]
    public async Task Enqueue_Committed_RingsTheBell()
    {
        await using var listener = await _database.DataSource.OpenConnectionAsync();
        await using (var listen = new NpgsqlCommand("listen swath_outbox", listener))
            await listen.ExecuteNonQueryAsync();
        await using var process = await StartAsync();

        await process.Get<IOutbox>().SendAsync(VoyageStateMachine.Harbour, Report("b"));

        Assert.True(await listener.WaitAsync(TimeSpan.FromSeconds(30)));
        await DispatchAsync(process);
    }

    private static ReportPort Report(string port) => new() { JobId = Guid.Empty, Port = port };

    private static Task<int> DispatchAsync(VoyageProcess process) => process.Get<OutboxDispatcher>().DeliverDueAsync(default);

    private Task<VoyageProcess> StartAsync(bool forgets = false) =>
        VoyageProcess.StartAsync(_database.DataSource, _time, options => options.TransportForgets = forgets);

    private Task<long> Rows(Guid job) => _database.ScalarAsync<long>("select count(*) from outbox where job_id = $1", job);
}
