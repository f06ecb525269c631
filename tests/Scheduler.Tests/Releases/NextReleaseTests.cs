using System.Text.Json;
using Swath.Contracts;
using Swath.Persistence.Migrations;
using Swath.Scheduler.Jobs;
using Swath.Scheduler.Tests.Jobs;
using Swath.Testing;
using static Swath.Scheduler.Tests.Jobs.JobEvents;

namespace Swath.Scheduler.Tests.Releases;

/// <summary>This release and the next one at work on one database.</summary>
public sealed class NextReleaseTests
{
    private const string Row = "select (to_jsonb(j) - 'delivered_version')::text from jobs j where job_id = $1";

    private static readonly JsonSerializerOptions Web = new(JsonSerializerDefaults.Web);

    /// <summary>How a job comes into each state.</summary>
    private static readonly (string State, Func<Guid, object[]> Messages)[] Stories =
    [
        (JobStatus.Requested, id => [Requested(id), Measured(id)]),
        (JobStatus.Queued, id => [Requested(id), Measured(id), Selected(id)]),
        (JobStatus.Running, id => [Requested(id), Measured(id), Selected(id), Reserved(id)]),
        (JobStatus.Paused, id => [Requested(id), Measured(id), Selected(id), Reserved(id), new PauseJob { JobId = id }]),
        (JobStatus.Assembling, id => [Requested(id), Measured(id), Selected(id), Reserved(id), Completed(id, 0), Completed(id, 1)]),
        (JobStatus.Completed, id => [Requested(id), Measured(id), Selected(id), Reserved(id), Completed(id, 0), Completed(id, 1), Assembled(id)]),
        (JobStatus.PartiallyCompleted, id => [Requested(id), Measured(id), Selected(id), Reserved(id), Completed(id, 0), FailedRegion(id, 1), Assembled(id)]),
        (JobStatus.Failed, id => [Requested(id), Measured(id), Selected(id), Reserved(id), FailedRegion(id, 0), FailedRegion(id, 1)]),
        (JobStatus.Cancelled, id => [Requested(id), Measured(id), Selected(id), new CancelJob { JobId = id }]),
    ];

    [Fact]
    public async Task Jobs_InEveryState_AreLeftAloneByThisReleaseAndMovedOnByTheNext()
    {
        await using var database = await PostgresServer.CreateDatabaseAsync();
        await NextRelease.ExpandAsync(database);
        await SwathMigrator.CheckAsync(database.DataSource, SchemaUse.Write);
        await using var current = await JobProcess.StartAsync(database.DataSource);
        await using var next = await JobProcess.StartAsync(database.DataSource, NextRelease.Configure);

        foreach (var (state, story) in Stories)
        {
            // What the next release never saw is everybody's, whoever began it.
            var (shared, theirs) = (Guid.NewGuid(), Guid.NewGuid());
            foreach (var (message, number) in story(shared).Select((message, number) => (message, number)))
                Assert.Null(await (number == 0 || state != JobStatus.Requested ? current : next).HandleAsync(message, Guid.NewGuid()));
            Assert.Equal(state, await StateAsync(database, shared));
            foreach (var message in story(theirs))
                Assert.Null(await next.HandleAsync(message, Guid.NewGuid()));
            Assert.Equal(state, await StateAsync(database, theirs));

            // Whatever comes for a job whose stream holds what only the next release knows: this one leaves it as it is. Before the variant
            // is selected there is no such event yet.
            if (state == JobStatus.Requested)
                continue;
            var before = (await database.ScalarAsync<string>(Row, theirs), (await next.History.ReadAsync(theirs)).Count);
            foreach (var message in (object[])[new CancelJob { JobId = theirs }, Completed(theirs, 0), Selected(theirs), new RetryFailedTiles { JobId = theirs }, Requested(theirs)])
                Assert.Null(await current.HandleAsync(message, Guid.NewGuid()));
            Assert.Equal(before, (await database.ScalarAsync<string>(Row, theirs), (await next.History.ReadAsync(theirs)).Count));

            // The next release goes on with both.
            foreach (var id in (Guid[])[shared, theirs])
                Assert.Null(await next.HandleAsync(new CancelJob { JobId = id }, Guid.NewGuid()));
            var end = JobStatus.IsFinal(state) ? state : JobStatus.Cancelled;
            Assert.Equal((end, end), (await StateAsync(database, shared), await StateAsync(database, theirs)));
        }

        Assert.Equal(Stories.Length - 1, current.Left.Jobs);
        Assert.Equal(0, next.Left.Jobs);
        var verified = await next.Verify.CompareAsync();
        Assert.DoesNotContain(verified.Differences, difference => difference.Column is not ("times_queued" or "tile_workers"));
    }

    [Fact]
    public async Task Handle_StateRememberedFromBefore_IsLeftAloneOnceTheNextReleaseMovedTheJobOn()
    {
        await using var database = await PostgresServer.CreateDatabaseAsync();
        await NextRelease.ExpandAsync(database);
        await using var current = await JobProcess.StartAsync(database.DataSource);
        await using var next = await JobProcess.StartAsync(database.DataSource, NextRelease.Configure);
        var id = Guid.NewGuid();
        foreach (var message in (object[])[Requested(id), Measured(id), Selected(id), Reserved(id)])
            Assert.Null(await current.HandleAsync(message, Guid.NewGuid()));
        Assert.Null(await next.HandleAsync(new PauseJob { JobId = id }, Guid.NewGuid()));

        Assert.Null(await current.HandleAsync(new ResumeJob { JobId = id }, Guid.NewGuid()));
        Assert.Null(await current.HandleAsync(new CancelJob { JobId = id }, Guid.NewGuid()));

        Assert.Equal(JobStatus.Paused, await StateAsync(database, id));
        Assert.Equal(1, current.Left.Jobs);
        Assert.Contains("'job-held.v1' is of a type that this release does not know", current.Left.Reason, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("variant-selected.v2", "urn:message:Swath.Contracts:VariantSelected")]
    [InlineData("job-labelled.v1", "urn:message:Swath.Contracts:JobLabelled")]
    public async Task Handle_MessageOfTheNextRelease_IsNoFaultAndWaits(string name, string urn)
    {
        await using var database = await PostgresServer.CreateDatabaseAsync();
        await using var current = await JobProcess.StartAsync(database.DataSource);
        var id = Guid.NewGuid();
        foreach (var message in (object[])[Requested(id), Measured(id)])
            Assert.Null(await current.HandleAsync(message, Guid.NewGuid()));

        Assert.Null(await current.HandleAsync(name, urn, $$"""{"jobId":"{{id}}","tileWorkersPerRegion":{"count":4} }"""));

        Assert.Equal(JobStatus.Requested, await StateAsync(database, id));
        Assert.Equal(1, current.Left.Jobs);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("variant-selected.v1")]
    public async Task Handle_MessageOfThisReleaseByTheNext_IsLiftedAsItsEventsAre(string? name)
    {
        await using var database = await PostgresServer.CreateDatabaseAsync();
        await NextRelease.ExpandAsync(database);
        await using var next = await JobProcess.StartAsync(database.DataSource, NextRelease.Configure);
        var id = Guid.NewGuid();
        foreach (var message in (object[])[Requested(id), Measured(id)])
            Assert.Null(await next.HandleAsync(message, Guid.NewGuid()));

        Assert.Null(await next.HandleAsync(name, "urn:message:Swath.Contracts:VariantSelected", JsonSerializer.Serialize(Selected(id), Web)));

        Assert.Equal(8, await database.ScalarAsync<int>("select tile_workers from jobs where job_id = $1", id));
        Assert.Equal("variant-selected.v2", (await next.History.ReadAsync(id))[^1].Type);
    }

    [Fact]
    public async Task Handle_DatabaseThatLetsOnlyNewerReleasesWrite_LeavesAllJobsAlone()
    {
        await using var database = await PostgresServer.CreateDatabaseAsync();
        await using var current = await JobProcess.StartAsync(database.DataSource);
        var (begun, late) = (Guid.NewGuid(), Guid.NewGuid());
        Assert.Null(await current.HandleAsync(Requested(begun), Guid.NewGuid()));
        await database.ExecuteAsync("update schema_compatibility set minimum_writer = 999");

        Assert.Null(await current.HandleAsync(Measured(begun), Guid.NewGuid()));
        Assert.Null(await current.HandleAsync(Requested(late), Guid.NewGuid()));

        Assert.Single(await current.History.ReadAsync(begun));
        Assert.Empty(await current.History.ReadAsync(late));
        Assert.Equal(2, current.Left.Jobs);
    }

    private static Task<string?> StateAsync(TestDatabase database, Guid id) => database.ScalarAsync<string>("select state from jobs where job_id = $1", id);
}
