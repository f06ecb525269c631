using Microsoft.Extensions.DependencyInjection;
using Swath.Contracts;
using Swath.Intake.Submitting;
using Swath.Persistence;
using Swath.Persistence.Outbox;
using Swath.Testing;

namespace Swath.Intake.Tests.Submitting;

/// <summary>What the door makes of requests for jobs that there are, on a real database.</summary>
public sealed class SubmissionTests(DatabaseFixture database) : IClassFixture<DatabaseFixture>, IAsyncLifetime
{
    private readonly ServiceProvider _services =
        new ServiceCollection().AddLogging().AddSwathPersistence(database.DataSource).AddSwathOutbox().AddSwathSubmission().AddWideAccess().BuildServiceProvider();

    private Submission Door => _services.GetRequiredService<Submission>();

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync() => await _services.DisposeAsync();

    [Theory]
    [InlineData("Running", false)]
    [InlineData("Completed", false)]
    [InlineData("Failed", true)]
    public async Task SubmitAsync_JobThatTheDoorDoesNotRemember_IsTheSameJob(string state, bool beginsAgain)
    {
        var request = Request(Guid.NewGuid());
        await InsertJobAsync(request.JobId, state, withRequest: true);

        var first = await Door.SubmitAsync(request, WayIn.Rest);
        var second = await Door.SubmitAsync(request, WayIn.Rest);
        var other = await Door.SubmitAsync(request with { Priority = 11 }, WayIn.Rest);

        Assert.All([first, second], outcome => Assert.Equal(new SubmissionOutcome.Accepted(request.JobId, IsNew: false, beginsAgain), outcome));
        Assert.Contains("with another content", Assert.IsType<SubmissionOutcome.Conflict>(other).Reason, StringComparison.Ordinal);
        Assert.Equal(0L, await MessagesAsync(request.JobId, nameof(ImageRequested)));
        Assert.Equal(beginsAgain ? 2L : 0L, await MessagesAsync(request.JobId, nameof(JobResubmitted)));
        Assert.Equal("harbour-7", await database.Database.ScalarAsync<string>("select key from submissions where job_id = $1", request.JobId));
    }

    [Fact]
    public async Task SubmitAsync_OtherContentForAJobThatTheDoorDoesNotRemember_IsAConflict()
    {
        var request = Request(Guid.NewGuid());
        await InsertJobAsync(request.JobId, "Completed", withRequest: true);

        var other = await Door.SubmitAsync(request with { ImageUrl = "/data/b.tif" }, WayIn.Rest);
        var same = await Door.SubmitAsync(request, WayIn.Rest);

        Assert.Contains("with another content", Assert.IsType<SubmissionOutcome.Conflict>(other).Reason, StringComparison.Ordinal);
        Assert.Equal(new SubmissionOutcome.Accepted(request.JobId, IsNew: false), same);
    }

    [Fact]
    public async Task SubmitAsync_JobWhoseRequestIsNotKept_IsTheSameJob()
    {
        var request = Request(Guid.NewGuid());
        await InsertJobAsync(request.JobId, "Completed", withRequest: false);

        Assert.Equal(new SubmissionOutcome.Accepted(request.JobId, IsNew: false), await Door.SubmitAsync(request, WayIn.Rest));
        Assert.Equal(0L, await MessagesAsync(request.JobId, nameof(ImageRequested)));
    }

    [Fact]
    public async Task SubmitAsync_AnotherTenantsJobThatTheDoorDoesNotRemember_IsAConflictThatSaysNoMore()
    {
        var request = Request(Guid.NewGuid());
        await InsertJobAsync(request.JobId, "Completed", withRequest: true);

        var other = await Door.SubmitAsync(request with { Tenant = "another" }, WayIn.Rest);

        Assert.Equal(new SubmissionOutcome.Conflict($"The job id {request.JobId} is taken: choose another one."), other);
        Assert.Equal(0L, await database.Database.ScalarAsync<long>("select count(*) from submissions where job_id = $1", request.JobId));
        Assert.Equal(0L, await MessagesAsync(request.JobId, nameof(ImageRequested)));
    }

    [Fact]
    public async Task SubmitAsync_JobThatHadBegunAndWhoseRegionsAreSwept_DoesNotBeginAgain()
    {
        var request = Request(Guid.NewGuid());
        await Door.SubmitAsync(request, WayIn.Rest);
        await InsertJobAsync(request.JobId, "Failed", withRequest: true);
        await database.Database.ExecuteAsync("update jobs set started_at = now() where job_id = $1", request.JobId);

        var again = await Door.SubmitAsync(request, WayIn.Rest);

        Assert.Equal(new SubmissionOutcome.Accepted(request.JobId, IsNew: false, BeginsAgain: false), again);
        Assert.Equal(0L, await MessagesAsync(request.JobId, nameof(JobResubmitted)));
    }

    private static ImageRequested Request(Guid jobId) => new()
    {
        JobId = jobId,
        ExternalId = "harbour-7",
        Tenant = $"tenant-{jobId}",
        ImageUrl = "/data/a.tif",
        Endpoint = new ModelEndpoint { Name = "http://127.0.0.1:8080/invocations" },
        Outputs = [OutputSink.ToFile("/data/a.geojson")],
    };

    private Task<long> MessagesAsync(Guid jobId, string type) =>
        database.Database.ScalarAsync<long>("select count(*) from message_pending where job_id = $1 and message::text like '%:' || $2 || '\"%'", jobId, type);

    // As a release left it that had no table of submissions yet.
    private async Task InsertJobAsync(Guid jobId, string state, bool withRequest)
    {
        await database.Database.ExecuteAsync(
            "insert into jobs (job_id, name, tenant, state, requested_at, updated_at, version) values ($1, 'a', $2, $3, now(), now(), 1)", jobId, $"tenant-{jobId}", state);
        if (withRequest)
        {
            await database.Database.ExecuteAsync(
                """
                insert into job_events (job_id, version, message_id, type, data, occurred_at) values ($1, 1, $1, 'image-requested.v1', $2::text::jsonb, now())
                """,
                jobId,
                $$"""
                {
                  "jobId": "{{jobId}}", "externalId": "harbour-7", "jobName": null, "tenant": "tenant-{{jobId}}", "imageUrl": "/data/a.tif",
                  "endpoint": { "name": "http://127.0.0.1:8080/invocations", "type": "Http" },
                  "tile": { "size": 1024, "overlap": 50, "format": "Gtiff", "compression": "None" }, "regionOfInterest": null,
                  "outputs": [{ "type": "File", "path": "/data/a.geojson", "bucket": null, "prefix": null, "stream": null }],
                  "featureProperties": [], "priority": 10, "jobKind": null, "imageReadRole": null
                }
                """);
        }
    }
}
