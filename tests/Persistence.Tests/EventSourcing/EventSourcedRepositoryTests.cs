using MassTransit;
using MassTransit.Saga;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using Swath.Persistence.EventSourcing;
using Swath.Testing;

namespace Swath.Persistence.Tests.EventSourcing;

public sealed class EventSourcedRepositoryTests(DatabaseFixture database) : IClassFixture<DatabaseFixture>
{
    private readonly Guid _job = Guid.NewGuid();

    [Fact]
    public async Task Accept_SeveralMessages_AppendsThemAndShowsTheirFold()
    {
        await using var process = await VoyageProcess.StartAsync(database.DataSource);

        await process.HandleAsync(new VoyageStarted { JobId = _job, Ship = "Argo" });
        await process.HandleAsync(new PortReached { JobId = _job, Port = "Iolkos \"north\", \\quay", Cargo = 3 });
        await process.HandleAsync(new VoyageEnded { JobId = _job });

        var history = await process.Get<EventHistory>().ReadAsync(_job);
        Assert.Equal(["voyage-started.v3", "port-reached.v1", "voyage-ended.v1"], history.Select(e => e.Type));
        Assert.Equal([1, 2, 3], history.Select(e => e.Version));
        Assert.Equal("Completed", await Column<string>("state"));
        Assert.Equal("Argo", await Column<string>("name"));
        Assert.Equal(3L, await Column<long>("features"));
        Assert.Equal(["Iolkos \"north\", \\quay"], await Column<string[]>("results") ?? []);
        Assert.Equal(3, await Column<int>("version"));
    }

    [Fact]
    public async Task Load_AfterRestart_FoldsTheStream()
    {
        await using (var first = await VoyageProcess.StartAsync(database.DataSource))
        {
            await first.HandleAsync(new VoyageStarted { JobId = _job, Ship = "Argo" });
            await first.HandleAsync(new PortReached { JobId = _job, Port = "Lemnos", Cargo = 1 });
        }

        await using var second = await VoyageProcess.StartAsync(database.DataSource);
        await second.HandleAsync(new PortReached { JobId = _job, Port = "Kolchis", Cargo = 1 });
        await second.SettleAsync();

        Assert.Equal(["Lemnos", "Kolchis"], await Column<string[]>("results") ?? []);
        var saga = await second.Get<ILoadSagaRepository<VoyageSaga>>().Load(_job);
        Assert.Equal(3, saga.Version);
        Assert.Equal("Running", saga.CurrentState);
    }

    [Fact]
    public async Task Accept_SameMessageTwice_AppendsItOnceAndAcknowledgesTheSecond()
    {
        await using var process = await VoyageProcess.StartAsync(database.DataSource);
        var id = Guid.NewGuid();

        await process.HandleAsync(new VoyageStarted { JobId = _job, Ship = "Argo" });
        await process.HandleAsync(new PortReached { JobId = _job, Port = "Lemnos", Cargo = 1 }, id);
        await process.HandleAsync(new PortReached { JobId = _job, Port = "Lemnos", Cargo = 1 }, id);
        await process.SettleAsync();

        Assert.Equal(2, (await process.Get<EventHistory>().ReadAsync(_job)).Count);
        Assert.Equal(1L, await Column<long>("features"));
    }

    [Fact]
    public async Task Accept_SameMessageInAnotherProcess_AppendsItOnce()
    {
        await using var first = await VoyageProcess.StartAsync(database.DataSource);
        await using var second = await VoyageProcess.StartAsync(database.DataSource);
        var id = Guid.NewGuid();
        await first.HandleAsync(new VoyageStarted { JobId = _job, Ship = "Argo" });
        await second.HandleAsync(new PortReached { JobId = _job, Port = "Lemnos" }, id);

        // The first one remembers version 1 and does not know that the message was accepted.
        await first.HandleAsync(new PortReached { JobId = _job, Port = "Lemnos" }, id);
        await second.SettleAsync();

        Assert.Equal(2, await Column<int>("version"));
        Assert.Equal(["Lemnos"], await Column<string[]>("results") ?? []);
    }

    [Fact]
    public async Task Accept_StartingMessageForSagaOfAnotherProcess_IsHandledInItsTrueState()
    {
        await using var first = await VoyageProcess.StartAsync(database.DataSource);
        await using var second = await VoyageProcess.StartAsync(database.DataSource);
        var id = Guid.NewGuid();
        await first.HandleAsync(new VoyageStarted { JobId = _job, Ship = "Argo" }, id);

        // The second one takes it for a start, until the database knows better: once as a duplicate, once as a message that is ignored by now.
        await second.HandleAsync(new VoyageStarted { JobId = _job, Ship = "Argo" }, id);
        await second.HandleAsync(new VoyageStarted { JobId = _job, Ship = "Ship of Theseus" });

        Assert.Equal(1, await Column<int>("version"));
        Assert.Equal("Argo", await Column<string>("name"));
    }

    [Fact]
    public async Task Accept_StartedByManyAtOnce_IsOneSaga()
    {
        await using var first = await VoyageProcess.StartAsync(database.DataSource);
        await using var second = await VoyageProcess.StartAsync(database.DataSource);

        await Task.WhenAll(Enumerable.Range(0, 20).Select(i => (i % 2 == 0 ? first : second).HandleAsync(new VoyageStarted { JobId = _job, Ship = "Argo" })));

        Assert.Equal(1, await Column<int>("version"));
    }

    [Fact]
    public async Task Accept_ConcurrentlyInTwoProcesses_LosesNothing()
    {
        await using var first = await VoyageProcess.StartAsync(database.DataSource);
        await using var second = await VoyageProcess.StartAsync(database.DataSource);
        await first.HandleAsync(new VoyageStarted { JobId = _job, Ship = "Argo" });

        const int each = 20;
        await Task.WhenAll(Enumerable.Range(0, 2 * each).Select(i =>
            (i % 2 == 0 ? first : second).HandleAsync(new PortReached { JobId = _job, Port = $"port {i}", Cargo = 1 })));

        await first.SettleAsync();
        await second.SettleAsync();
        Assert.Equal(2 * each + 1, await Column<int>("version"));
        Assert.Equal(2L * each, await Column<long>("features"));
        Assert.True((await first.Get<SagaVerify>().CompareAsync()).Agrees);
    }

    [Fact]
    public async Task Accept_StateRememberedFromBeforeAnotherProcessMovedOn_IsTriedAgainOnTheNewState()
    {
        await using var first = await VoyageProcess.StartAsync(database.DataSource);
        await using var second = await VoyageProcess.StartAsync(database.DataSource);
        await first.HandleAsync(new VoyageStarted { JobId = _job, Ship = "Argo" });
        await second.HandleAsync(new VoyageHeld { JobId = _job });

        // In the state that the first one remembers this message is ignored; in the true one it is not.
        await first.HandleAsync(new VoyageResumed { JobId = _job });

        Assert.Equal("Running", await Column<string>("state"));
        Assert.Equal(3, await Column<int>("version"));
    }

    [Fact]
    public async Task Ignore_Message_AppendsNothing()
    {
        await using var process = await VoyageProcess.StartAsync(database.DataSource);
        await process.HandleAsync(new VoyageStarted { JobId = _job, Ship = "Argo" });

        await process.HandleAsync(new WhistleBlown { JobId = _job });

        Assert.Equal(1, await Column<int>("version"));
    }

    [Fact]
    public async Task Accept_TableAndFoldDisagree_CommitsAndSendsNothing()
    {
        await using var process = await VoyageProcess.StartAsync(database.DataSource);
        await process.HandleAsync(new VoyageStarted { JobId = _job, Ship = "Argo" });
        await process.Harbour.NextAsync();

        var failure = await Assert.ThrowsAsync<TableAndFoldDisagreeException>(() => process.HandleAsync(new FlagLost { JobId = _job }));
        await process.HandleAsync(new PortReached { JobId = _job, Port = "Lemnos" });
        await process.SettleAsync();

        Assert.Contains("'Queued'", failure.Message, StringComparison.Ordinal);
        Assert.Contains("'Running'", failure.Message, StringComparison.Ordinal);
        Assert.Equal(2, await Column<int>("version"));
        Assert.Equal("Lemnos", (await process.Harbour.NextAsync()).Port);
    }

    [Fact]
    public async Task Transition_WithoutAccept_IsRefused()
    {
        await using var process = await VoyageProcess.StartAsync(database.DataSource);
        await process.HandleAsync(new VoyageStarted { JobId = _job, Ship = "Argo" });

        await Assert.ThrowsAsync<TableAndFoldDisagreeException>(() => process.HandleAsync(new CourseLost { JobId = _job }));

        Assert.Equal("Running", await Column<string>("state"));
    }

    [Fact]
    public async Task Accept_OneOfManyCannotBeStored_OnlyThatOneFails()
    {
        await using var process = await VoyageProcess.StartAsync(database.DataSource);
        var jobs = Enumerable.Range(0, 20).Select(_ => Guid.NewGuid()).ToArray();

        // Whatever it is that the database refuses of one event: here a rule that only this test's has.
        await database.Database.ExecuteAsync("alter table job_events add constraint afloat check (data ->> 'ship' is distinct from 'Titanic')");
        var outcomes = await Task.WhenAll(jobs.Select(async (job, i) =>
        {
            var handled = process.HandleAsync(new VoyageStarted { JobId = job, Ship = i == 7 ? "Titanic" : "Argo" });
            return await Record.ExceptionAsync(() => handled);
        }));

        Assert.IsType<PostgresException>(outcomes[7]);
        Assert.Equal(19, outcomes.Count(e => e is null));
        Assert.Equal(19L, await database.Database.ScalarAsync<long>("select count(*) from jobs where job_id = any($1)", jobs));
    }

    [Fact]
    public async Task Accept_ConnectionOfTheWriterIsKilled_LosesNothing()
    {
        await using var process = await VoyageProcess.StartAsync(database.DataSource);
        await process.HandleAsync(new VoyageStarted { JobId = _job, Ship = "Argo" });

        await database.Database.ExecuteAsync("select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()");
        await process.HandleAsync(new PortReached { JobId = _job, Port = "Lemnos" });
        await process.SettleAsync();

        Assert.Equal(2, await Column<int>("version"));
    }

    [Fact]
    public async Task Accept_WhileOthersUpdateTheSameRows_NeitherFailsNorLoses()
    {
        await using var process = await VoyageProcess.StartAsync(database.DataSource);
        var jobs = Enumerable.Range(0, 16).Select(_ => Guid.NewGuid()).ToArray();
        await Task.WhenAll(jobs.Select(job => process.HandleAsync(new VoyageStarted { JobId = job, Ship = "Argo" })));

        using var stop = new CancellationTokenSource();
        var others = Task.Run(async () =>
        {
            while (!stop.IsCancellationRequested)
                await database.Database.ExecuteAsync("update jobs set outputs_failed = outputs_failed + 1 where job_id = any($1)", jobs);
        });
        for (var i = 0; i < 20; i++)
        {
            await Task.WhenAll(jobs.Select(job => process.HandleAsync(new PortReached { JobId = job, Port = "x", Cargo = 1 })));
            await process.SettleAsync();
        }
        await stop.CancelAsync();
        var failure = await Record.ExceptionAsync(() => others);

        // Whoever does not lock in order of the ids may be the one that a deadlock is resolved on; the repository tries again by itself.
        Assert.True(failure is null or PostgresException { SqlState: PostgresErrorCodes.DeadlockDetected }, failure?.ToString());
        Assert.Equal(16L * 20, await database.Database.ScalarAsync<long>("select sum(features)::bigint from jobs where job_id = any($1)", jobs));
    }

    [Fact]
    public async Task SendQuery_AnyQuery_SaysToCorrelateById()
    {
        await using var process = await VoyageProcess.StartAsync(database.DataSource);
        await using var scope = process.Get<IServiceScopeFactory>().CreateAsyncScope();
        var repository = scope.ServiceProvider.GetRequiredService<ISagaRepositoryContextFactory<VoyageSaga>>();

        var failure = await Assert.ThrowsAsync<NotSupportedException>(() => repository.SendQuery<VoyageStarted>(null!, null!, null!));

        Assert.Contains("CorrelateById", failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("update job_events set type = 'x'")]
    [InlineData("delete from job_events")]
    [InlineData("truncate job_events")]
    public async Task JobEvents_Rewriting_IsRefused(string statement)
    {
        var failure = await Assert.ThrowsAsync<PostgresException>(() => database.Database.ExecuteAsync(statement));

        Assert.Contains("append-only", failure.MessageText, StringComparison.Ordinal);
    }

    private Task<T?> Column<T>(string column) => database.Database.ScalarAsync<T>($"select {column} from jobs where job_id = $1", _job);
}
