using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Swath.Persistence.Outbox;
using Swath.Persistence.Tests.EventSourcing;
using Swath.Testing;

namespace Swath.Persistence.Tests.Outbox;

// Delivering looks at the whole database: every test has its own.
public sealed class OutboxDeliveryTests : IAsyncLifetime
{
    private TestDatabase _database = null!;
    private readonly Guid _job = Guid.NewGuid();

    public async Task InitializeAsync() => _database = await PostgresServer.CreateDatabaseAsync();

    public async Task DisposeAsync() => await _database.DisposeAsync();

    [Fact]
    public async Task HostedDelivery_MessageOfAProcessWithoutABus_IsDeliveredWhenItsTransactionCommits()
    {
        await using var api = new ServiceCollection().AddLogging().AddSingleton(_database.DataSource).AddSwathOutbox().BuildServiceProvider();
        await using var deliverer = await VoyageProcess.StartAsync(_database.DataSource, outbox: o => o.SweepInterval = TimeSpan.FromHours(1));
        await using var hosted = await StartAsync(deliverer);

        // No tick comes within the hour: only the notification can deliver it.
        for (var i = 0; i < 3; i++)
        {
            await api.GetRequiredService<IOutbox>().SendAsync(VoyageStateMachine.Harbour, Report($"{i}"));
            Assert.Equal($"{i}", (await deliverer.Harbour.NextAsync()).Port);
        }
    }

    [Fact]
    public async Task HostedDelivery_DueInAMoment_IsDeliveredThen()
    {
        await using var process = await VoyageProcess.StartAsync(_database.DataSource, outbox: o => o.SweepInterval = TimeSpan.FromHours(1));
        await using var hosted = await StartAsync(process);

        await process.Get<IOutbox>().SendAsync(VoyageStateMachine.Harbour, Report("soon"), dueAt: TimeProvider.System.GetUtcNow().AddMilliseconds(300));

        Assert.Equal("soon", (await process.Harbour.NextAsync()).Port);
    }

    [Fact]
    public async Task HostedDelivery_TransportThatForgets_DeliversWhatTheLastProcessHadInHandAndAsksWhatIsAwaited()
    {
        await using (var killed = await VoyageProcess.StartAsync(_database.DataSource))
        {
            await killed.HandleAsync(new VoyageStarted { JobId = _job, Ship = "Argo" });
            await killed.HandleAsync(new VoyageHeld { JobId = _job });
            await killed.Harbour.NextAsync();
        }
        await InsertAsync("insert into message_log (writer, seq, items) values ($1, 1, $2)", Guid.NewGuid(), "left");
        await using var restarted = await VoyageProcess.StartAsync(_database.DataSource, outbox: o => o.TransportForgets = true);
        await using var hosted = await StartAsync(restarted);

        Assert.Equal(["left", "where is Argo"], new[] { await restarted.Harbour.NextAsync(), await restarted.Harbour.NextAsync() }.Select(a => a.Port).Order());
    }

    [Fact]
    public async Task HostedDelivery_WhatAnEarlierReleaseLeft_IsDelivered()
    {
        var message = OutgoingMessageJson.Write(PostgresOutbox.Outgoing(OutboxEntry.Send(VoyageStateMachine.Harbour, Report("of an event")), TimeProvider.System.GetUtcNow(), schemas: null));
        await _database.ExecuteAsync(
            "insert into job_events (job_id, version, message_id, type, data, occurred_at, outgoing) values ($1, 1, gen_random_uuid(), 'voyage-started.v3', '{}', now(), ('[' || $2 || ']')::json)", _job, message);
        await _database.ExecuteAsync("insert into jobs (job_id, state, version, delivered_version, updated_at) values ($1, 'Running', 1, 0, now() - interval '1 minute')", _job);
        var row = PostgresOutbox.Outgoing(OutboxEntry.Send(VoyageStateMachine.Harbour, Report("of the outbox")), TimeProvider.System.GetUtcNow(), schemas: null);
        await _database.ExecuteAsync(
            "insert into outbox (message_id, destination, message, enqueued_at, due_at) values ($1, 'queue:harbour', $2::json, now(), now())", row.MessageId, OutgoingMessageJson.Write(row));
        await using var process = await VoyageProcess.StartAsync(_database.DataSource);
        await using var hosted = await StartAsync(process);

        Assert.Equal(["of an event", "of the outbox"], new[] { await process.Harbour.NextAsync(), await process.Harbour.NextAsync() }.Select(a => a.Port).Order());
        Assert.Equal(0L, await _database.ScalarAsync<long>("select count(*) from outbox"));
        Assert.Equal(1, await _database.ScalarAsync<int>("select delivered_version from jobs where job_id = $1", _job));
    }

    [Fact]
    public async Task HostedDelivery_TakingOverThatFails_KeepsNothingElseFromItsWork()
    {
        await _database.ExecuteAsync("alter table outbox rename to lost");
        await using var process = await VoyageProcess.StartAsync(_database.DataSource, outbox: o => o.SweepInterval = TimeSpan.FromMilliseconds(50));
        await using var hosted = await StartAsync(process);
        await process.HandleAsync(new VoyageStarted { JobId = _job, Ship = "Argo" });
        Assert.Equal("home", (await process.Harbour.NextAsync()).Port);

        await _database.ExecuteAsync("alter table lost rename to outbox");
        await process.Get<IOutbox>().SendAsync(VoyageStateMachine.Harbour, Report("later"), dueAt: TimeProvider.System.GetUtcNow());
        Assert.Equal("later", (await process.Harbour.NextAsync()).Port);
    }

    [Fact]
    public async Task HostedDelivery_ManyWaitingJobs_DeliversAtOnceAndRewritesNone()
    {
        const int jobs = 20_000;
        await _database.ExecuteAsync($"insert into jobs (job_id, state, version, delivered_version, updated_at) select gen_random_uuid(), 'Running', 3, 3, now() from generate_series(1, {jobs})");
        await InsertAsync("insert into message_log (writer, seq, items) values ($1, 1, $2)", Guid.NewGuid(), "left");
        await _database.ExecuteAsync("create function refuse() returns trigger language plpgsql as $$ begin raise exception 'A start rewrites no job.'; end $$");
        await _database.ExecuteAsync("create trigger refuse before update on jobs for each row execute function refuse()");
        await using var process = await VoyageProcess.StartAsync(_database.DataSource, outbox: o => o.TransportForgets = true);
        await using var hosted = await StartAsync(process);

        Assert.Equal("left", (await process.Harbour.NextAsync()).Port);
    }

    private async Task InsertAsync(string statement, Guid writer, string port)
    {
        var message = PostgresOutbox.Outgoing(OutboxEntry.Send(VoyageStateMachine.Harbour, Report(port)), TimeProvider.System.GetUtcNow(), schemas: null);
        await _database.ExecuteAsync(statement, writer, $"[{OutgoingMessageJson.WriteItems([message])}]");
    }

    private static ReportPort Report(string port) => new() { JobId = Guid.Empty, Port = port };

    private static async Task<Hosted> StartAsync(VoyageProcess process)
    {
        var hosted = process.Get<IEnumerable<IHostedService>>().Where(s => s is OutboxDelivery or OutboxSignal).ToArray();
        foreach (var service in hosted)
            await service.StartAsync(TestContext.Deadline());
        return new Hosted(hosted);
    }

    private sealed class Hosted(IReadOnlyList<IHostedService> services) : IAsyncDisposable
    {
        public async ValueTask DisposeAsync()
        {
            foreach (var service in services)
                await service.StopAsync(TestContext.Deadline());
        }
    }
}
