using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using Swath.Persistence.Outbox;
using Swath.Persistence.Tests.EventSourcing;
using Swath.Testing;

namespace Swath.Persistence.Tests.Outbox;

// Delivering looks at the whole database: every test has its own.
public sealed class OutboxTests : IAsyncLifetime
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

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Send_CommittedTransaction_IsDeliveredWhetherItIsSaidOrNot(bool isSaid)
    {
        await using var process = await StartAsync();
        await using (var connection = await _database.DataSource.OpenConnectionAsync())
        {
            await using var transaction = await connection.BeginTransactionAsync();
            await process.Get<IOutbox>().EnqueueAsync(transaction, OutboxEntry.Send(VoyageStateMachine.Harbour, Report("Lemnos")) with { JobId = _job });
            process.Get<OwnMessages>().Hurry();
            Assert.True(process.Harbour.IsQuiet);
            await transaction.CommitAsync();
            if (isSaid)
                process.Get<IOutbox>().Committed();
        }

        var arrival = await process.Harbour.NextAsync();
        Assert.Equal("Lemnos", arrival.Port);
        Assert.Equal(_job, arrival.CorrelationId);
        await process.SettleAsync();
        Assert.Equal(0, await Rows());
    }

    [Fact]
    public async Task Send_RolledBackTransaction_IsNeverDelivered()
    {
        await using var process = await StartAsync();
        await using (var connection = await _database.DataSource.OpenConnectionAsync())
        {
            await using var transaction = await connection.BeginTransactionAsync();
            await process.Get<IOutbox>().EnqueueAsync(transaction, OutboxEntry.Send(VoyageStateMachine.Harbour, Report("Lemnos")));
            await transaction.RollbackAsync();
        }

        await process.Get<IOutbox>().SendAsync(VoyageStateMachine.Harbour, Report("Kolchis"));
        Assert.Equal("Kolchis", (await process.Harbour.NextAsync()).Port);
        Assert.True(process.Harbour.IsQuiet);
    }

    [Fact]
    public async Task Send_TransactionThatReturnedToASavepoint_IsNeverDelivered()
    {
        await using var process = await StartAsync();
        await using (var connection = await _database.DataSource.OpenConnectionAsync())
        {
            await using var transaction = await connection.BeginTransactionAsync();
            await transaction.SaveAsync("before");
            await process.Get<IOutbox>().EnqueueAsync(transaction, OutboxEntry.Send(VoyageStateMachine.Harbour, Report("Lemnos")));
            await transaction.RollbackAsync("before");
            await process.Get<IOutbox>().EnqueueAsync(transaction, OutboxEntry.Send(VoyageStateMachine.Harbour, Report("Kolchis")));
            await transaction.CommitAsync();
            process.Get<IOutbox>().Committed();
        }

        Assert.Equal("Kolchis", (await process.Harbour.NextAsync()).Port);
        Assert.True(process.Harbour.IsQuiet);
    }

    [Fact]
    public async Task Publish_ByType_ReachesTheSaga()
    {
        await using var process = await StartAsync();

        await process.Get<IOutbox>().EnqueueAsync([OutboxEntry.Publish(new VoyageStarted { JobId = _job, Ship = "Argo" }) with { JobId = _job }]);

        Assert.Equal("home", (await process.Harbour.NextAsync()).Port);
    }

    [Fact]
    public async Task Send_ManyOfOneJob_ArriveInTheOrderOfTheirCommits()
    {
        await using var process = await StartAsync();
        for (var i = 0; i < 200; i++)
            await process.Get<IOutbox>().SendAsync(VoyageStateMachine.Harbour, Report($"{i}"), _job);

        // The harbour takes several at a time: what was sent is in the order of the transport's own times.
        var arrivals = new List<int>();
        for (var i = 0; i < 200; i++)
            arrivals.Add(int.Parse((await process.Harbour.NextAsync()).Port, System.Globalization.CultureInfo.InvariantCulture));
        Assert.Equal(Enumerable.Range(0, 200), arrivals.Order());
        Assert.True(arrivals.Zip(arrivals.Skip(1)).Count(pair => pair.Second < pair.First) < 100);
    }

    [Fact]
    public async Task Send_DueLater_IsDeliveredThenAndNotBefore()
    {
        await using var process = await StartAsync();
        await process.Get<IOutbox>().SendAsync(VoyageStateMachine.Harbour, Report("later"), dueAt: _time.GetUtcNow().AddMinutes(5));

        Assert.Equal(0, await process.DeliverDueAsync());
        _time.Advance(TimeSpan.FromMinutes(5));

        Assert.Equal(1, await process.DeliverDueAsync());
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

        Assert.Equal(1, await process.DeliverDueAsync());
        Assert.Equal("three", (await process.Harbour.NextAsync()).Port);
    }

    [Fact]
    public async Task Enqueue_SameMessageIdTwice_IsOneMessage()
    {
        await using var process = await StartAsync();
        var entry = OutboxEntry.Send(VoyageStateMachine.Harbour, Report("once")) with { MessageId = Guid.NewGuid() };

        await process.Get<IOutbox>().EnqueueAsync([entry]);
        await process.Get<IOutbox>().EnqueueAsync([entry]);

        Assert.Equal(1, await process.DeliverDueAsync());
        Assert.Equal(entry.MessageId, (await process.Harbour.NextAsync()).MessageId);
    }

    [Fact]
    public async Task Deliver_MessageThatCannotBeDelivered_HoldsUpNothingElseAndIsAFaultInTheEnd()
    {
        await using var process = await StartAsync();
        var undelivered = process.Get<UndeliveredMessages>();
        await process.Get<IOutbox>().EnqueueAsync([
            OutboxEntry.Send(new Uri("carrierpigeon://nowhere/loft"), Report("lost")) with { MessageId = Guid.NewGuid() },
            OutboxEntry.Send(VoyageStateMachine.Harbour, Report("Lemnos")) with { MessageId = Guid.NewGuid() }]);

        Assert.Equal(1, await process.DeliverDueAsync());
        Assert.Equal("Lemnos", (await process.Harbour.NextAsync()).Port);
        Assert.Equal(0, await process.DeliverDueAsync());

        var pauses = new List<double>();
        while (await undelivered.CountFaultsAsync() == 0)
        {
            pauses.Add(await _database.ScalarAsync<double>("select extract(epoch from next_try - swath_now())::double precision from message_pending"));
            _time.Advance(TimeSpan.FromMinutes(10));
            Assert.Equal(0, await process.DeliverDueAsync());
        }

        Assert.Equal([5, 10, 20, 40, 80, 160, 320, 600, 600, 600, 600], pauses);
        Assert.Null(await undelivered.OldestAsync());
        var fault = Assert.Single(await undelivered.FaultsAsync(10));
        Assert.Equal((PendingMessages.MostTries, "carrierpigeon://nowhere/loft"), (fault.Tries, fault.Destination));
        Assert.Equal(1, await undelivered.RetryAsync([fault.MessageId]));
        Assert.Equal(TimeSpan.Zero.Add(TimeSpan.FromMinutes(110)), await undelivered.OldestAsync());
    }

    [Fact]
    public async Task Deliver_ByTwoProcessesAtOnce_DeliversEachMessageOnce()
    {
        await using var first = await StartAsync();
        await using var second = await StartAsync();
        await first.Get<IOutbox>().EnqueueAsync([.. Enumerable.Range(0, 500).Select(i => OutboxEntry.Send(VoyageStateMachine.Harbour, Report($"{i}")) with { MessageId = Guid.NewGuid() })]);

        var delivered = await Task.WhenAll(first.DeliverDueAsync(), second.DeliverDueAsync());

        Assert.Equal(500, delivered.Sum());
    }

    [Fact]
    public async Task Deliver_EarlierMessageOfTheJobInAnotherHand_WaitsForIt()
    {
        await using var process = await StartAsync();
        await process.Get<IOutbox>().EnqueueAsync([.. Enumerable.Range(0, 2).Select(i => OutboxEntry.Send(VoyageStateMachine.Harbour, Report($"{i}")) with { JobId = _job, MessageId = Guid.NewGuid() })]);
        var other = Guid.NewGuid();
        var taken = Assert.Single(await process.Get<PendingMessages>().TakeAsync(other, 100, default));

        Assert.Equal(0, await process.DeliverDueAsync());
        await process.Get<PendingMessages>().RemoveAsync([taken.MessageId], default);
        Assert.Equal(1, await process.DeliverDueAsync());
    }

    [Fact]
    public async Task Send_TransportThatForgets_IsKeptUntilItIsConsumed()
    {
        // Nobody consumes there: as if the process were killed before its consumer had ended.
        var killed = await VoyageProcess.StartAsync(_database.DataSource, new FakeTimeProvider(), options => options.TransportForgets = true);
        await killed.Get<IOutbox>().SendAsync(new Uri("queue:nobody"), Report("unheard"), _job);
        await killed.Get<IOutbox>().SendAsync(VoyageStateMachine.Harbour, Report("heard"), _job);
        await killed.Harbour.NextAsync();
        do
            await killed.SettleAsync();
        while (await Rows() > 1);

        await using var restarted = await StartAsync(forgets: true);
        Assert.Equal(1, await restarted.TakeOverAsync(everybodys: true));

        Assert.Equal(1, await restarted.DeliverDueAsync());
        Assert.Equal(1, await Rows());
    }

    [Fact]
    public async Task Enqueue_ProcessWithoutABus_WakesThoseThatDeliver()
    {
        await using var listener = await _database.DataSource.OpenConnectionAsync();
        await using (var listen = new NpgsqlCommand("listen swath_outbox", listener))
            await listen.ExecuteNonQueryAsync();
        await using var services = new ServiceCollection().AddLogging().AddSingleton(_database.DataSource).AddSwathOutbox().BuildServiceProvider();
        await using var process = await StartAsync();

        await services.GetRequiredService<IOutbox>().SendAsync(VoyageStateMachine.Harbour, Report("b"));

        Assert.True(await listener.WaitAsync(TimeSpan.FromSeconds(30)));
        Assert.Equal(1, await process.DeliverDueAsync());
    }

    private static ReportPort Report(string port) => new() { JobId = Guid.Empty, Port = port };

    private Task<VoyageProcess> StartAsync(bool forgets = false) =>
        VoyageProcess.StartAsync(_database.DataSource, _time, options => options.TransportForgets = forgets);

    private Task<long> Rows() => _database.ScalarAsync<long>("select (select count(*) from message_log) + (select count(*) from message_pending)");
}
