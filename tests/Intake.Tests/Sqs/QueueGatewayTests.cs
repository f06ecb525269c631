using Swath.Endpoints.Aws.Sqs;
using Swath.Intake.Sqs.Osml;
using Swath.Testing;

namespace Swath.Intake.Tests.Sqs;

/// <summary>The gateway against an SQS emulator and a real database.</summary>
public sealed class QueueGatewayTests(DatabaseFixture database) : IClassFixture<DatabaseFixture>
{
    private const string InOutbox = "select count(*) from message_pending where job_id = $1";

    [SkippableFact]
    public async Task Message_OsmlRequest_IsStoredAndDeleted()
    {
        await using var rig = await GatewayRig.CreateAsync();
        await rig.SendAsync(Osml("stored-1"));

        await rig.StartAsync(database.DataSource);
        await rig.Log.WaitForAsync("was requested by message");

        Assert.Equal(1L, await database.Database.ScalarAsync<long>(InOutbox, OsmlJobId.Of("stored-1").JobId));
        Assert.Equal("stored-1", await database.Database.ScalarAsync<string>(
            "select message->'body'->'message'->>'externalId' from message_pending where job_id = $1", OsmlJobId.Of("stored-1").JobId));
        await rig.StopAsync();
        Assert.Equal(0, await rig.RemainingAsync());
    }

    [SkippableFact]
    public async Task Message_EnvelopeOfImageRequested_IsStoredAndDeleted()
    {
        var id = Guid.NewGuid();
        await using var rig = await GatewayRig.CreateAsync();
        await rig.SendAsync(Envelope(id));

        await rig.StartAsync(database.DataSource);
        await rig.Log.WaitForAsync("was requested by message");

        Assert.Equal(1L, await database.Database.ScalarAsync<long>(InOutbox, id));
        await rig.StopAsync();
        Assert.Equal(0, await rig.RemainingAsync());
    }

    [SkippableFact]
    public async Task Message_EveryKindOfPoison_IsInTheDeadLetterQueueUnchangedAndDisturbsNothing()
    {
        await using var rig = await GatewayRig.CreateAsync();
        foreach (var (place, (body, _)) in PoisonMessages.All.Index())
        {
            await rig.SendAsync(body, ("sender", "upstream"), ("place", place.ToString(System.Globalization.CultureInfo.InvariantCulture)));
            if (place % 10 == 0)
                await rig.SendAsync(Osml($"good-{place}"));
        }

        await rig.StartAsync(database.DataSource);
        var dead = await rig.TakeAsync(rig.DeadLetterUrl, PoisonMessages.All.Count);
        foreach (var place in new[] { 0, 10, 20 })
            await rig.Log.WaitForAsync("was requested by message");
        await rig.StopAsync();

        Assert.Equal(PoisonMessages.All.Select(poison => poison.Body).Order(StringComparer.Ordinal), dead.Select(message => message.Body).Order(StringComparer.Ordinal));
        Assert.All(dead, message =>
        {
            Assert.Equal("upstream", message.Attributes["sender"].StringValue);
            var (body, reason) = PoisonMessages.All[int.Parse(message.Attributes["place"].StringValue!, System.Globalization.CultureInfo.InvariantCulture)];
            Assert.Equal(body, message.Body);
            Assert.Contains(rig.Log.All, line => line.Contains("can't be a job", StringComparison.Ordinal) && line.Contains(reason, StringComparison.Ordinal));
        });
        Assert.Equal(0, await rig.RemainingAsync());
        foreach (var place in new[] { 0, 10, 20 })
            Assert.Equal(1L, await database.Database.ScalarAsync<long>(InOutbox, OsmlJobId.Of($"good-{place}").JobId));
    }

    [SkippableFact]
    public async Task Message_HandedOutAgainBeforeItWasDeleted_IsStoredOnce()
    {
        await using var rig = await GatewayRig.CreateAsync();
        var job = OsmlJobId.Of("twice").JobId;
        await rig.StartAsync(database.DataSource);

        // The second time is what a process leaves behind that is killed between the commit and the deletion.
        for (var time = 0; time < 2; time++)
        {
            await rig.SendAsync(Osml("twice"));
            await rig.Log.WaitForAsync("was requested by message");
        }
        await rig.StopAsync();

        Assert.Equal(1L, await database.Database.ScalarAsync<long>(InOutbox, job));
        Assert.Equal(0, await rig.RemainingAsync());
    }

    [SkippableFact]
    public async Task Message_SameIdWithAnotherContent_IsInTheDeadLetterQueueWithTheReason()
    {
        await using var rig = await GatewayRig.CreateAsync();
        var other = Osml("changed").Replace("a.tif", "b.tif", StringComparison.Ordinal);
        await rig.StartAsync(database.DataSource);
        await rig.SendAsync(Osml("changed"));
        await rig.Log.WaitForAsync("was requested by message");

        await rig.SendAsync(other);

        Assert.Equal(other, Assert.Single(await rig.TakeAsync(rig.DeadLetterUrl, 1)).Body);
        await rig.Log.WaitForAsync("was requested before with another content");
        Assert.Equal(1L, await database.Database.ScalarAsync<long>(InOutbox, OsmlJobId.Of("changed").JobId));
    }

    [SkippableFact]
    public async Task Message_TenantWhoseQueueIsFull_StaysHiddenUntilThereIsRoom()
    {
        await using var rig = await GatewayRig.CreateAsync();
        await database.Database.ExecuteAsync("insert into tenants (tenant, tier, max_queued) values ('full-sqs', 'free', 1)");
        var before = new JobSeed { Tenant = "full-sqs" };
        await JobSeed.InsertAsync(database.DataSource, before);
        await rig.SendAsync(Osml("put-off"));
        await rig.StartAsync(database.DataSource, options => options.Visibility = TimeSpan.FromSeconds(2), tenant: "full-sqs");
        await rig.Log.WaitForAsync("The queue of tenant full-sqs (free) is full");

        Assert.Empty(await rig.Sqs.ReceiveAsync(rig.QueueUrl, 1, TimeSpan.FromSeconds(3), TimeSpan.Zero, CancellationToken.None));
        Assert.Empty(await rig.Sqs.ReceiveAsync(rig.DeadLetterUrl, 1, TimeSpan.Zero, TimeSpan.Zero, CancellationToken.None));
        await database.Database.ExecuteAsync("update jobs set state = 'Completed' where job_id = $1", before.JobId);
        await rig.Log.WaitForAsync("was requested by message");

        Assert.Equal(1L, await database.Database.ScalarAsync<long>(InOutbox, OsmlJobId.Of("put-off").JobId));
        await rig.StopAsync();
        Assert.Equal(0, await rig.RemainingAsync());
    }

    [SkippableFact]
    public async Task Message_UnknownMember_IsLeftOutAndSaidOnce()
    {
        await using var rig = await GatewayRig.CreateAsync();
        await rig.StartAsync(database.DataSource);
        for (var time = 0; time < 2; time++)
        {
            await rig.SendAsync(Envelope(Guid.NewGuid()).Replace("\"path\"", "\"pth\": \"/b\", \"path\"", StringComparison.Ordinal));
            await rig.Log.WaitForAsync("was requested by message");
        }

        Assert.Single(rig.Log.All, line => line.Contains("has the member outputs[0].pth", StringComparison.Ordinal));
    }

    [SkippableFact]
    public async Task Message_ThatCarriesGrants_IsInTheDeadLetterQueue()
    {
        await using var rig = await GatewayRig.CreateAsync();
        await rig.StartAsync(database.DataSource);
        var id = Guid.NewGuid();

        await rig.SendAsync(Envelope(id).Replace("\"outputs\"", "\"grants\": {\"imageRoots\": [\"/\"]}, \"outputs\"", StringComparison.Ordinal));

        Assert.Single(await rig.TakeAsync(rig.DeadLetterUrl, 1));
        Assert.Equal(0L, await database.Database.ScalarAsync<long>(InOutbox, id));
    }

    [SkippableFact]
    public async Task Message_QueueWithATenant_IsThatTenantsWhateverItSays()
    {
        await using var rig = await GatewayRig.CreateAsync();
        var id = Guid.NewGuid();
        await rig.SendAsync(Envelope(id).Replace("\"outputs\"", "\"tenant\": \"somebody\", \"outputs\"", StringComparison.Ordinal));

        await rig.StartAsync(database.DataSource, tenant: "harbour");
        await rig.Log.WaitForAsync("was requested by message");

        Assert.Equal("harbour", await database.Database.ScalarAsync<string>("select message->'body'->'message'->>'tenant' from message_pending where job_id = $1", id));
        Assert.Equal("harbour", await database.Database.ScalarAsync<string>("select tenant from submissions where job_id = $1", id));
    }

    [SkippableFact]
    public async Task Message_ThatTakesLongerThanItsVisibility_StaysHidden()
    {
        await using var rig = await GatewayRig.CreateAsync();
        await using var blocker = await database.DataSource.OpenConnectionAsync();
        await using var block = await blocker.BeginTransactionAsync();
        await ExecuteAsync(block, "lock table message_pending in share mode");
        await rig.SendAsync(Osml("slow"));

        await rig.StartAsync(database.DataSource, options => options.Visibility = TimeSpan.FromSeconds(2));

        await UntilBlockedAsync();

        // Twice and a half the visibility: without an extension it would come back here.
        Assert.Empty(await rig.Sqs.ReceiveAsync(rig.QueueUrl, 1, TimeSpan.FromSeconds(5), TimeSpan.Zero, CancellationToken.None));
        await block.RollbackAsync();
        await rig.Log.WaitForAsync("was requested by message");
        await rig.StopAsync();
        Assert.Equal(0, await rig.RemainingAsync());
    }

    [SkippableFact]
    public async Task Stop_WhileAMessageIsInHand_GivesItBack()
    {
        await using var rig = await GatewayRig.CreateAsync();
        await using var blocker = await database.DataSource.OpenConnectionAsync();
        await using var block = await blocker.BeginTransactionAsync();
        await ExecuteAsync(block, "lock table message_pending in share mode");
        await rig.SendAsync(Osml("given-back"));
        await rig.StartAsync(database.DataSource, options => options.Visibility = TimeSpan.FromHours(1));
        await UntilBlockedAsync();

        await rig.StopAsync();

        var back = Assert.Single(await rig.Sqs.ReceiveAsync(rig.QueueUrl, 1, TimeSpan.FromSeconds(10), TimeSpan.Zero, CancellationToken.None));
        Assert.Equal(Osml("given-back"), back.Body);
    }

    [SkippableFact]
    public async Task Start_NoQueueSet_ReadsNothing()
    {
        await using var rig = await GatewayRig.CreateAsync();
        await rig.SendAsync(Osml("unread"));

        await rig.StartAsync(database.DataSource, options => options.Queue = null);
        await rig.StopAsync();

        Assert.Equal(1, await rig.RemainingAsync());
    }

    [SkippableFact]
    public async Task Start_QueueThatDoesNotExist_SaysSoAndTriesAgain()
    {
        await using var rig = await GatewayRig.CreateAsync();

        await rig.StartAsync(database.DataSource, options => options.Queue = "no-such-queue");

        await rig.Log.WaitForAsync("The queue no-such-queue can't be read and is tried again");
    }

    private static string Osml(string jobId) =>
        $$"""{"jobId":"{{jobId}}","imageUrls":["/images/a.tif"],"imageProcessor":{"name":"ships"},"outputs":[{"type":"S3","bucket":"b","prefix":"p"}]}""";

    private static string Envelope(Guid jobId) =>
        $$"""
        {
          "messageId": "{{Guid.NewGuid()}}",
          "messageType": ["urn:message:Swath.Contracts:ImageRequested"],
          "message": {"jobId": "{{jobId}}", "imageUrl": "/a.tif", "endpoint": {"name": "http://127.0.0.1:8080/invocations"}, "outputs": [{"type": "File", "path": "/a.geojson"}]}
        }
        """;

    private static async Task ExecuteAsync(Npgsql.NpgsqlTransaction transaction, string sql)
    {
        await using var command = new Npgsql.NpgsqlCommand(sql, transaction.Connection, transaction);
        await command.ExecuteNonQueryAsync();
    }

    private async Task UntilBlockedAsync()
    {
        using var patience = new CancellationTokenSource(GatewayRig.Patience);
        while (await database.Database.ScalarAsync<long>("select count(*) from pg_locks where not granted") == 0)
            patience.Token.ThrowIfCancellationRequested();
    }
}
