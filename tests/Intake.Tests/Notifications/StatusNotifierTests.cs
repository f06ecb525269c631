using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;
using Swath.Contracts;
using Swath.Endpoints.Aws;
using Swath.Endpoints.Aws.Sqs;
using Swath.Intake.Notifications;
using Swath.Intake.Tests.Sqs;
using Swath.Persistence;
using Swath.Persistence.EventSourcing;
using Swath.Persistence.Notifications;
using Swath.Scheduler.Jobs;
using Swath.Testing;

namespace Swath.Intake.Tests.Notifications;

/// <summary>The notifier against a real database and an emulated topic with a queue behind it.</summary>
public sealed class StatusNotifierTests : IAsyncLifetime
{
    private static int _topics;

    private readonly LogLines _log = new();
    private TestDatabase _database = null!;
    private ISqsClient _sqs = null!;
    private string _topic = "";
    private string _queueUrl = "";

    public async Task InitializeAsync()
    {
        _database = await PostgresServer.CreateDatabaseAsync();
        await AwsMessagingEmulator.UseAsync();
        _sqs = new ServiceCollection().AddSwathAwsMessaging().BuildServiceProvider().GetRequiredService<ISqsClient>();
        var name = $"status-{Interlocked.Increment(ref _topics)}";
        _topic = await AwsMessagingEmulator.CreateTopicAsync(name);
        _queueUrl = await AwsMessagingEmulator.CreateQueueAsync(name);
        await AwsMessagingEmulator.SubscribeAsync(_topic, name);
    }

    public async Task DisposeAsync() => await _database.DisposeAsync();

    [SkippableFact]
    public async Task Notifier_JobsThatRun_TellsEveryOneInOrder()
    {
        using var host = await StartAsync(_topic);
        var stories = Enumerable.Range(0, 10).Select(_ => Whole(Guid.NewGuid())).ToList();
        for (var version = 1; version <= stories[0].Events.Count; version++)
        {
            foreach (var story in stories)
                await AppendAsync(story, version);
        }

        var told = await TakeAsync(30);
        await host.StopAsync();

        foreach (var story in stories)
            Assert.Equal(["STARTED", "IN_PROGRESS", "SUCCESS"], told.Where(message => message.Attributes["job_id"].StringValue == story.Request.ExternalId).Select(Status));
        Assert.Equal(0L, await _database.ScalarAsync<long>("select count(*) from status_due"));
        Assert.Equal(10L, await _database.ScalarAsync<long>("select count(*) from status_told where version = 7"));
    }

    [SkippableFact]
    public async Task Notifier_DiesAfterPublishing_TellsAgainAndStillInOrder()
    {
        var story = Whole(Guid.NewGuid());
        await Backlog().FollowAsync(CancellationToken.None);
        for (var version = 1; version <= story.Events.Count; version++)
            await AppendAsync(story, version);

        // Two were published when the process was killed; that the second was, nobody has noted.
        await Assert.ThrowsAsync<InvalidOperationException>(() => Backlog().TellAsync(story.Request.JobId, async (_, told) =>
        {
            await told(1);
            throw new InvalidOperationException("killed");
        }, CancellationToken.None));
        using var host = await StartAsync(_topic);
        var messages = await TakeAsync(2);
        await host.StopAsync();

        Assert.Equal(["IN_PROGRESS", "SUCCESS"], messages.Select(Status));
    }

    [Fact]
    public async Task Tell_WhileItSends_HoldsNeitherATransactionNorALock()
    {
        var story = Whole(Guid.NewGuid());
        await Backlog().FollowAsync(CancellationToken.None);
        for (var version = 1; version <= story.Events.Count; version++)
            await AppendAsync(story, version);

        await Backlog().TellAsync(story.Request.JobId, async (_, _) =>
        {
            Assert.Equal(0L, await _database.ScalarAsync<long>(
                "select count(*) from pg_stat_activity where datname = current_database() and state like 'idle in transaction%'"));
            await _database.ExecuteAsync("select from status_told where job_id = $1 for update nowait", story.Request.JobId);
        }, CancellationToken.None);

        Assert.Equal(0L, await _database.ScalarAsync<long>("select count(*) from status_due"));
    }

    [Fact]
    public async Task Tell_WhileAnotherIsAtIt_ReturnsAndLeavesTheJobOutOfWhatIsDue()
    {
        var story = Whole(Guid.NewGuid());
        await Backlog().FollowAsync(CancellationToken.None);
        for (var version = 1; version <= story.Events.Count; version++)
            await AppendAsync(story, version);

        await Backlog().TellAsync(story.Request.JobId, async (_, _) =>
        {
            await Backlog().TellAsync(story.Request.JobId, (_, _) => throw new InvalidOperationException("told twice at once"), CancellationToken.None);
            Assert.Empty(await Backlog().DueAsync(10, CancellationToken.None));
        }, CancellationToken.None);
    }

    [SkippableFact]
    public async Task Notifier_TwoAtOnce_TellEveryJobOnceAndInOrder()
    {
        using var one = await StartAsync(_topic);
        using var other = await StartAsync(_topic);
        var stories = Enumerable.Range(0, 40).Select(_ => Whole(Guid.NewGuid())).ToList();
        for (var version = 1; version <= stories[0].Events.Count; version++)
        {
            foreach (var story in stories)
                await AppendAsync(story, version);
        }

        var told = await TakeAsync(40 * 3);
        while (await _database.ScalarAsync<long>("select count(*) from status_due") > 0)
            await Task.Yield();
        await one.StopAsync();
        await other.StopAsync();

        foreach (var story in stories)
            Assert.Equal(["STARTED", "IN_PROGRESS", "SUCCESS"], told.Where(message => message.Attributes["job_id"].StringValue == story.Request.ExternalId).Select(Status));
        Assert.Empty(await _sqs.ReceiveAsync(_queueUrl, 1, TimeSpan.Zero, GatewayRig.Patience, CancellationToken.None));
    }

    [SkippableFact]
    public async Task Notifier_TopicThatDoesNotExistYet_TellsEverythingWhenItDoes()
    {
        var missing = $"status-late-{Interlocked.Increment(ref _topics)}";
        using var host = await StartAsync($"arn:aws:sns:{AwsEmulators.Region}:{AwsEmulators.Account}:{missing}");
        var story = Whole(Guid.NewGuid());
        for (var version = 1; version <= story.Events.Count; version++)
            await AppendAsync(story, version);
        await _log.WaitForAsync("Status notifications wait");

        var url = await AwsMessagingEmulator.CreateQueueAsync(missing);
        await AwsMessagingEmulator.SubscribeAsync(await AwsMessagingEmulator.CreateTopicAsync(missing), missing);

        _queueUrl = url;
        // Those of the failed tries are lost with them; the job's order is kept.
        var messages = await TakeAsync(3);
        await host.StopAsync();
        Assert.Equal(["STARTED", "IN_PROGRESS", "SUCCESS"], messages.Select(Status));
    }

    [SkippableFact]
    public async Task Notifier_RegionTopicToo_TellsOfRegions()
    {
        using var host = await StartAsync(_topic, _topic);
        var story = Whole(Guid.NewGuid());
        for (var version = 1; version <= story.Events.Count; version++)
            await AppendAsync(story, version);

        var messages = await TakeAsync(5);
        await host.StopAsync();

        Assert.Equal(["", "", "0", "1", ""], messages.Select(message => message.Attributes.GetValueOrDefault("region_id")?.StringValue ?? ""));
    }

    [Fact]
    public async Task Notifier_NoTopic_CollectsNothing()
    {
        using var host = await StartAsync(null);
        var story = Whole(Guid.NewGuid());
        for (var version = 1; version <= story.Events.Count; version++)
            await AppendAsync(story, version);
        await host.StopAsync();

        Assert.Equal(0L, await _database.ScalarAsync<long>("select count(*) from status_due"));
    }

    [Fact]
    public async Task Replay_RowsThatComeBack_AreNotToldAgain()
    {
        await Backlog().FollowAsync(CancellationToken.None);
        var story = Whole(Guid.NewGuid());
        for (var version = 1; version <= story.Events.Count; version++)
            await AppendAsync(story, version);
        await _database.ExecuteAsync("truncate jobs, status_due");

        await new SagaReplay(_database.DataSource, Model()).RebuildAsync();

        Assert.Equal(0L, await _database.ScalarAsync<long>("select count(*) from status_due"));
    }

    private static Story Whole(Guid id)
    {
        var story = new Story(id, $"job-{id:N}").Began().Happened(
            new VariantSelected { JobId = id, TileWorkersPerRegion = 1 },
            new CapacityReserved { JobId = id, Load = 2, Placements = [new(0, "w", 1), new(1, "w", 1)] });
        return story.Happened(story.Region(0), story.Region(1), new JobCompleted { JobId = id, Features = 6, Results = ["/out/a.geojson"] });
    }

    private static string Status(SqsMessage message) => message.Attributes["status"].StringValue!;

    private static StreamModel Model() => new ServiceCollection().AddEventStream<ImageJob>(ImageJobStream.Configure).BuildServiceProvider().GetRequiredService<StreamModel>();

    private StatusNotificationOutbox Backlog() => new(_database.DataSource, Model(), TimeProvider.System);

    private async Task<IHost> StartAsync(string? imageTopic, string? regionTopic = null)
    {
        var builder = Host.CreateApplicationBuilder();
        builder.Logging.ClearProviders().AddProvider(_log);
        builder.Services.AddSwathPersistence(_database.DataSource).AddEventStream<ImageJob>(ImageJobStream.Configure);
        builder.Services.AddSwathAwsMessaging().AddSingleton<StatusNotificationOutbox>().AddSingleton<StatusTopics>().AddSingleton<IntakeMetrics>().AddHostedService<StatusNotifier>();
        builder.Services.Configure<StatusTopicOptions>(options => (options.ImageTopic, options.RegionTopic) = (imageTopic, regionTopic));
        var host = builder.Build();
        await host.StartAsync();
        return host;
    }

    private async Task<List<SqsMessage>> TakeAsync(int count)
    {
        var taken = new List<SqsMessage>();
        using var patience = new CancellationTokenSource(GatewayRig.Patience);
        while (taken.Count < count)
        {
            foreach (var message in await _sqs.ReceiveAsync(_queueUrl, 1, TimeSpan.FromSeconds(5), GatewayRig.Patience, patience.Token))
            {
                await _sqs.DeleteAsync(_queueUrl, message.ReceiptHandle, CancellationToken.None);
                taken.Add(message);
            }
        }
        return taken;
    }

    // As the saga's process does: the event and the row in one transaction, and then it wakes the notifiers.
    private async Task AppendAsync(Story story, int version)
    {
        var happened = story.Events[version - 1];
        var soFar = new Story(story.Request.JobId, story.Request.ExternalId).Happened([.. story.Events.Take(version).Select(e => e.Message)]).Job;
        await using var batch = _database.DataSource.CreateBatch();
        var name = System.Text.RegularExpressions.Regex.Replace(happened.Message.GetType().Name, "(?<!^)([A-Z])", "-$1").ToLowerInvariant() + ".v1";
        batch.BatchCommands.Add(new NpgsqlBatchCommand("insert into job_events (job_id, version, message_id, type, data, occurred_at) values ($1, $2, $3, $4, $5::jsonb, $6)")
        {
            Parameters =
            {
                new() { Value = story.Request.JobId }, new() { Value = version }, new() { Value = Guid.NewGuid() }, new() { Value = name },
                new() { Value = System.Text.Json.JsonSerializer.Serialize(happened.Message, happened.Message.GetType(), System.Text.Json.JsonSerializerOptions.Web) },
                new() { Value = happened.OccurredAt },
            },
        });
        batch.BatchCommands.Add(new NpgsqlBatchCommand(
            """
            insert into jobs (job_id, state, version, updated_at, regions_done, regions_failed, failure) values ($1, $2, $3, now(), $4, $5, $6)
            on conflict (job_id) do update set state = excluded.state, version = excluded.version, regions_done = excluded.regions_done,
              regions_failed = excluded.regions_failed, failure = excluded.failure
            """)
        {
            Parameters =
            {
                new() { Value = story.Request.JobId }, new() { Value = happened.Status }, new() { Value = version },
                new() { Value = soFar.RegionsEnded - soFar.RegionsFailed }, new() { Value = soFar.RegionsFailed }, new() { Value = (object?)soFar.Failure ?? DBNull.Value },
            },
        });
        await batch.ExecuteNonQueryAsync();
        await _database.ExecuteAsync("select pg_notify($1, '')", StatusNotificationOutbox.Channel);
    }
}
