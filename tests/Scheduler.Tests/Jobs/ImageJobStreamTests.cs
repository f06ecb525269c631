using System.Text.Json;
using FsCheck;
using FsCheck.Fluent;
using Swath.Contracts;
using Swath.Scheduler.Jobs;
using Swath.Testing;
using static Swath.Scheduler.Tests.Jobs.JobEvents;

namespace Swath.Scheduler.Tests.Jobs;

/// <summary>The image job's stream on real PostgreSQL: whatever comes, in whatever order and however often, row and events agree.</summary>
public sealed class ImageJobStreamTests(DatabaseFixture database) : IClassFixture<DatabaseFixture>
{
    private static readonly Func<Guid, object>[] Messages =
    [
        id => Requested(id),
        id => Measured(id),
        id => Selected(id),
        id => Reserved(id),
        id => Reserved(id, 2),
        id => Completed(id, 0),
        id => Completed(id, 1),
        id => Completed(id, 1, done: 3, failed: 1),
        id => FailedRegion(id, 0),
        id => Reassigned(id, 1, 2),
        id => Completed(id, 1, attempt: 2),
        id => Assembled(id),
        id => NotAssembled(id),
        id => Rejected(id),
        id => new CancelJob { JobId = id },
        id => new PauseJob { JobId = id },
        id => new ResumeJob { JobId = id },
        id => new RetryFailedTiles { JobId = id },
        id => new RetryOutputs { JobId = id },
        id => new JobResubmitted { JobId = id },
        id => Assembled(id, "s3://bucket: access denied"),
        id => AssembledOnce(id, "s3://bucket: access denied"),
    ];

    [Fact]
    public async Task Redelivery_AnyMessagesInAnyOrder_ChangesNothingAndFoldEqualsRow()
    {
        await using var process = await JobProcess.StartAsync(database.DataSource);
        var property = Prop.ForAll(Sequences().ToArbitrary(), sequence => DeliverTwiceAsync(process, sequence).GetAwaiter().GetResult());

        Check.One(Config.QuickThrowOnFailure.WithMaxTest(150), property);

        var verified = await process.Verify.CompareAsync();
        Assert.True(verified.Agrees, string.Join('\n', verified.Differences));
        Assert.True(verified.Streams >= 100);
    }

    [Fact]
    public async Task Handle_RequestThatPostgresCannotStore_FailsTheJobWithTheReasonAndReplaysTheSame()
    {
        await using var fresh = await PostgresServer.CreateDatabaseAsync();
        await using var process = await JobProcess.StartAsync(fresh.DataSource);
        var id = Guid.NewGuid();
        using var properties = JsonDocument.Parse("""{"note":"a\u0000b"}""");
        var request = Requested(id) with
        {
            JobName = "har\0bour",
            ImageUrl = "a\0.tif",
            JobKind = "\0",
            FeatureProperties = [properties.RootElement.Clone()],
            Affinity = new() { AntiJobKinds = ["ki\0nd"] },
        };

        Assert.Null(await process.HandleAsync(request, Guid.NewGuid()));

        Assert.Equal("Failed", await fresh.ScalarAsync<string>("select state from jobs where job_id = $1", id));
        var reason = await fresh.ScalarAsync<string>("select failure from jobs where job_id = $1", id);
        Assert.Contains("jobName", reason, StringComparison.Ordinal);
        Assert.Contains("U+0000", reason, StringComparison.Ordinal);
        var verified = await process.Verify.CompareAsync();
        Assert.True(verified.Agrees, string.Join('\n', verified.Differences));
    }

    [Fact]
    public async Task Handle_ReasonWithANullCharacter_IsStoredWithoutIt()
    {
        await using var fresh = await PostgresServer.CreateDatabaseAsync();
        await using var process = await JobProcess.StartAsync(fresh.DataSource);
        var id = Guid.NewGuid();
        Assert.Null(await process.HandleAsync(Requested(id), Guid.NewGuid()));

        Assert.Null(await process.HandleAsync(new CancelJob { JobId = id, Reason = @"not\u0000 but" + "\0 yes" }, Guid.NewGuid()));

        Assert.Equal(@"not\u0000 but" + "\uFFFD yes", await fresh.ScalarAsync<string>("select failure from jobs where job_id = $1", id));
        var verified = await process.Verify.CompareAsync();
        Assert.True(verified.Agrees, string.Join('\n', verified.Differences));
    }

    [Fact]
    public async Task Replay_RowsLost_RebuildsThemAll()
    {
        await using var fresh = await PostgresServer.CreateDatabaseAsync();
        await using var process = await JobProcess.StartAsync(fresh.DataSource);
        var id = Guid.NewGuid();
        foreach (var message in (object[])[Requested(id), Measured(id), Selected(id), Reserved(id), Completed(id, 0), Completed(id, 1), Assembled(id)])
            Assert.Null(await process.HandleAsync(message, Guid.NewGuid()));
        var before = await fresh.ScalarAsync<string>(RowAsText, id);
        await fresh.ExecuteAsync("truncate jobs");

        Assert.False((await process.Verify.CompareAsync()).Agrees);
        Assert.Equal(1, await process.Replay.RebuildAsync());

        Assert.Equal(before, await fresh.ScalarAsync<string>(RowAsText, id));
        Assert.True((await process.Verify.CompareAsync()).Agrees);
    }

    [Fact]
    public async Task Replay_StreamStoredByTheFirstSchema_StillFolds()
    {
        await using var fresh = await PostgresServer.CreateDatabaseAsync();
        await fresh.ExecuteAsync(await File.ReadAllTextAsync(Path.Combine(AppContext.BaseDirectory, "Jobs", "golden-stream.v1.sql")));
        await using var process = await JobProcess.StartAsync(fresh.DataSource);

        await process.Replay.RebuildAsync();

        var row = await fresh.ScalarAsync<string>(
            "select concat_ws('|', state, name, tenant, endpoint, priority, load, regions_done, regions_failed, tiles_done, tiles_failed, features, results[1], failure) from jobs");
        Assert.Equal(
            "PartiallyCompleted|harbour.tif|coastguard|http://127.0.0.1:8080/invocations|20|8|2|0|7|1|41|/data/harbour.geojson|1 of 8 tiles failed", row);
        Assert.True((await process.Verify.CompareAsync()).Agrees);
    }

    [Fact]
    public async Task Replay_StreamsWithOutputsThatFailed_FoldAsTheirReleasesMeantThem()
    {
        await using var fresh = await PostgresServer.CreateDatabaseAsync();
        await fresh.ExecuteAsync(await File.ReadAllTextAsync(Path.Combine(AppContext.BaseDirectory, "Jobs", "golden-stream.outputs.v1.sql")));
        await using var process = await JobProcess.StartAsync(fresh.DataSource);

        await process.Replay.RebuildAsync();

        const string row = "select concat_ws('|', state, outputs_failed, features, array_to_string(results, ','), failure) from jobs where job_id = $1";
        Assert.Equal(
            "PartiallyCompleted|1|19|/data/harbour.geojson,kinesis://ships|still denied", await fresh.ScalarAsync<string>(row, Guid.Parse("7f1c6f0e-7d5b-4c5e-9a55-0d7c4a1f2b3c")));
        Assert.Equal("Completed|0|20|/data/harbour.geojson|denied", await fresh.ScalarAsync<string>(row, Guid.Parse("8f1c6f0e-7d5b-4c5e-9a55-0d7c4a1f2b3c")));
        Assert.True((await process.Verify.CompareAsync()).Agrees);
    }

    private const string RowAsText = "select (to_jsonb(j) - 'delivered_version')::text from jobs j where job_id = $1";

    private static Gen<int[]> Sequences() =>
        from length in Gen.Choose(1, 14)
        from shuffled in Gen.ArrayOf(Gen.Choose(0, Messages.Length - 1), length)
        from begun in Gen.Choose(0, 7)
        select (int[])[.. Enumerable.Range(0, begun), .. shuffled];

    private async Task<bool> DeliverTwiceAsync(JobProcess process, int[] sequence)
    {
        var id = Guid.NewGuid();
        var messages = sequence.Select(index => (Message: Messages[index](id), MessageId: Guid.NewGuid())).ToList();
        foreach (var (message, messageId) in messages)
            Assert.True(await process.HandleAsync(message, messageId) is null or UnexpectedEventException);
        var events = (await process.History.ReadAsync(id)).Select(entry => entry.MessageId).ToList();
        var row = await database.Database.ScalarAsync<string>(RowAsText, id);

        foreach (var (message, messageId) in Enumerable.Reverse(messages))
            if (events.Contains(messageId))
                Assert.Null(await process.HandleAsync(message, messageId));

        Assert.Equal(events, (await process.History.ReadAsync(id)).Select(entry => entry.MessageId));
        Assert.Equal(row, await database.Database.ScalarAsync<string>(RowAsText, id));
        return events.Distinct().Count() == events.Count;
    }
}
