using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Swath.Intake.Api;
using Swath.Intake.Submitting;
using Swath.Persistence;
using Swath.Persistence.Outbox;
using Swath.Scheduler.Jobs;
using Swath.Testing;

namespace Swath.Intake.Tests.Api;

/// <summary>The REST API over HTTP, on a real database.</summary>
public sealed class JobsApiTests(DatabaseFixture database) : IClassFixture<DatabaseFixture>, IAsyncLifetime
{
    private readonly HttpClient _client = new();
    private WebApplication? _app;

    public async Task InitializeAsync()
    {
        var builder = WebApplication.CreateBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Services.AddSwathPersistence(database.DataSource).AddSwathOutbox().AddSwathSubmission().AddWideAccess();
        _app = builder.Build();
        _app.MapJobs();
        await _app.StartAsync();
        _client.BaseAddress = new Uri(_app.Urls.Single());
    }

    public async Task DisposeAsync()
    {
        _client.Dispose();
        await _app!.DisposeAsync();
    }

    [Fact]
    public async Task Post_ValidRequestWithoutId_IsStoredInTheOutboxAndAccepted()
    {
        var answer = await PostAsync("""{"imageUrl":"/data/a.tif","endpoint":{"name":"http://127.0.0.1:8080/invocations"},"outputs":[{"type":"File","path":"/data/a.geojson"}]}""");

        Assert.Equal(HttpStatusCode.Accepted, answer.StatusCode);
        var accepted = await answer.Content.ReadFromJsonAsync<JobAccepted>();
        Assert.EndsWith($"/v1/jobs/{accepted!.JobId}", answer.Headers.Location!.ToString(), StringComparison.Ordinal);
        Assert.Equal(1L, await database.Database.ScalarAsync<long>("select count(*) from message_pending where job_id = $1", accepted.JobId));
    }

    [Fact]
    public async Task Post_SmallTilesWithoutAnOverlap_AreAcceptedWithHalfOfTheirSize()
    {
        var answer = await PostAsync("""{"imageUrl":"/data/a.tif","endpoint":{"name":"http://127.0.0.1:8080/invocations"},"tile":{"size":64},"outputs":[{"type":"File","path":"/data/a.geojson"}]}""");

        Assert.Equal(HttpStatusCode.Accepted, answer.StatusCode);
        var accepted = await answer.Content.ReadFromJsonAsync<JobAccepted>();
        Assert.Contains(
            "\"overlap\":32", await database.Database.ScalarAsync<string>("select replace(message::text, ' ', '') from message_pending where job_id = $1", accepted!.JobId), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"imageUrl":"/data/a.tif","endpoint":{"name":"nonsense"},"outputs":[{"type":"File","path":"/data/a.geojson"}]}""", "endpoint.name")]
    [InlineData("""{"imageUrl":"/data/a.tif","endpoint":{"name":"http://m/"},"outputs":[]}""", "outputs")]
    [InlineData("""{"imageUrl":"/data/a.tif","endpoint":{"name":"http://m/"},"outputs":[{"type":"Pigeon"}]}""", "outputs[0].type")]
    [InlineData("""{"endpoint":{"name":"http://m/"},"outputs":[]}""", "imageUrl")]
    public async Task Post_InvalidRequest_NamesWhatIsWrong(string body, string named)
    {
        var answer = await PostAsync(body);

        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.Contains(named, await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("\"jobName\":\"a\",\"jobName\":\"b\",", "jobName")]
    [InlineData("\"jobName\":\"a\",\"JobName\":\"b\",", "JobName")]
    [InlineData("\"jobName\":\"\\ud800\",", "")]
    [InlineData("\"\\udc00\":1,", "surrogate")]
    [InlineData("\"tile\":{\"size\":512,\"size\":256},", "size")]
    [InlineData("\"featureProperties\":[{\"a\":1,\"a\":2}],", "")]
    [InlineData("\"featureProperties\":[{\"a\":{\"b\":\"\\ud800\"}}],", "surrogate")]
    public async Task Post_TextThatSaysTwoThingsOrNone_IsRefused(string member, string named)
    {
        var answer = await PostAsync($$"""{{{member}}"imageUrl":"a.tif","endpoint":{"name":"http://m/"},"outputs":[{"type":"File","path":"a.geojson"}]}""");

        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.Contains(named, await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(52_000, "nested")]
    [InlineData(17, "nested")]
    public async Task Post_RegionNestedDeeply_IsRefusedAtTheDoor(int levels, string named)
    {
        var wkt = new System.Text.StringBuilder().Insert(0, "GEOMETRYCOLLECTION(", levels).Append("POINT(1 1)").Append(')', levels);

        var answer = await PostAsync($$"""{"imageUrl":"a.tif","regionOfInterest":"{{wkt}}","endpoint":{"name":"http://m/"},"outputs":[{"type":"File","path":"a.geojson"}]}""");

        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.Contains(named, await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("archived", "swath-1.jsonl", "was archived on")]
    [InlineData("erased", null, "was erased on")]
    public async Task Retry_JobThatLeftTheDatabase_IsGone(string kind, string? file, string sentence)
    {
        var id = Guid.NewGuid();
        await database.Database.ExecuteAsync(
            """
            with removal as (insert into job_removals (kind, jobs, who, reason, file) values ($2, 1, 'tester', 'a test', $3::text) returning removal_id)
            insert into job_tombstones (job_id, removal_id) select $1, removal_id from removal
            """, id, kind, file);

        var answers = new[]
        {
            await _client.PostAsync(new Uri($"/v1/jobs/{id}/retry", UriKind.Relative), null),
            await _client.PostAsync(new Uri($"/v1/jobs/{id}/cancel", UriKind.Relative), null),
            await _client.GetAsync(new Uri($"/v1/jobs/{id}", UriKind.Relative)),
        };

        foreach (var answer in answers)
        {
            Assert.Equal(HttpStatusCode.Gone, answer.StatusCode);
            Assert.Contains(sentence, await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        }

        // Its id stays taken.
        var again = await PostAsync($$"""{"jobId":"{{id}}","imageUrl":"/data/a.tif","endpoint":{"name":"http://m/"},"outputs":[{"type":"File","path":"/data/a.geojson"}]}""");
        Assert.Equal(HttpStatusCode.Conflict, again.StatusCode);
    }

    [Fact]
    public async Task Post_SameIdAgain_IsTheSameJobOrAConflict()
    {
        var id = Guid.NewGuid();

        Assert.Equal(HttpStatusCode.Accepted, (await PostAsync(Request($"\"jobId\":\"{id}\""))).StatusCode);
        var again = await PostAsync(Request($"\"priority\": 10, \"jobId\":\"{id}\""));
        var other = await PostAsync(Request($"\"priority\": 11, \"jobId\":\"{id}\""));

        Assert.Equal(HttpStatusCode.Accepted, again.StatusCode);
        Assert.Equal(id, (await again.Content.ReadFromJsonAsync<JobAccepted>())!.JobId);
        Assert.Equal(HttpStatusCode.Conflict, other.StatusCode);
        Assert.Contains($"Job {id} was requested before with another content", await other.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        Assert.Equal(1L, await database.Database.ScalarAsync<long>("select count(*) from message_pending where job_id = $1", id));
    }

    [Fact]
    public async Task Post_SameExternalIdWithoutJobId_AnswersWithTheJobThatThereIs()
    {
        var first = await (await PostAsync(Request("\"externalId\":\"harbour-7\""))).Content.ReadFromJsonAsync<JobAccepted>();
        var second = await (await PostAsync(Request("\"externalId\":\"harbour-7\""))).Content.ReadFromJsonAsync<JobAccepted>();
        var named = await PostAsync(Request($"\"externalId\":\"harbour-7\",\"jobId\":\"{Guid.NewGuid()}\""));

        Assert.Equal(first!.JobId, second!.JobId);
        Assert.Equal(HttpStatusCode.Conflict, named.StatusCode);
    }

    [Fact]
    public async Task Post_IdOfAnotherTenantsJob_IsAConflictThatSaysNoMore()
    {
        var id = Guid.NewGuid();
        await PostAsync(Request($"\"tenant\":\"one\",\"jobId\":\"{id}\""));

        var other = await PostAsync(Request($"\"tenant\":\"two\",\"jobId\":\"{id}\""));

        Assert.Equal(HttpStatusCode.Conflict, other.StatusCode);
        Assert.Contains($"The job id {id} is taken", await other.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("\"grants\":{\"imageRoots\":[\"/\"]}")]
    [InlineData("\"refusal\":\"mine\"")]
    public async Task Post_WhatOnlySwathStamps_IsRefused(string member)
    {
        var answer = await PostAsync(Request(member));

        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.Contains("stamped by Swath", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("\"tilesize\": 512", "tilesize")]
    [InlineData("\"tile\": {\"sise\": 512}", "tile.sise")]
    [InlineData("\"affinity\": {\"hard\": {\"tag\": [\"a=b\"]}}", "affinity.hard.tag")]
    [InlineData("\"postProcessing\": [{\"algorithm\": \"Nms\", \"iou\": 0.5}]", "postProcessing[0].iou")]
    public async Task Post_UnknownMember_IsRefusedByItsName(string member, string named)
    {
        var answer = await PostAsync(Request(member));

        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.Contains($"{named} is no member of a request", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Post_MembersThatMayBeAny_AreNotLookedInto()
    {
        var answer = await PostAsync(
            """{"imageUrl":"/data/a.tif","endpoint":{"name":"ships","type":"SageMaker","parameters":{"SessionId":"a"}},"featureProperties":[{"mine":{"a":1}}],"outputs":[{"type":"File","path":"/data/a.geojson"}]}""");

        Assert.Equal(HttpStatusCode.Accepted, answer.StatusCode);
    }

    [Theory]
    [InlineData("/v1/jobs?state=Runing", "Requested, Queued, Running, Assembling, Paused, Completed, PartiallyCompleted, Failed, Cancelled")]
    [InlineData("/v1/jobs?state=", "state must be one of")]
    [InlineData("/v1/jobs?limit=0", "limit must be a number, 1..1000")]
    [InlineData("/v1/jobs?limit=1001", "limit must be a number, 1..1000")]
    [InlineData("/v1/jobs?limit=many", "limit must be a number, 1..1000")]
    [InlineData("/v1/jobs?stat=Queued", "'stat' is no parameter here")]
    [InlineData("/v1/jobs?state=Queued&state=Failed", "state is given 2 times")]
    [InlineData("/v1/jobs/7d3c8f7a-94f7-5a60-9f4e-2f6f0f3c1b55?fields=state", "'fields' is no parameter here")]
    public async Task Get_WhatItDoesNotKnow_IsRefusedWithWhatThereIs(string path, string expected)
    {
        var answer = await _client.GetAsync(path);

        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.Contains(expected, JsonDocument.Parse(await answer.Content.ReadAsStringAsync()).RootElement.GetProperty("errors").GetProperty("request")[0].GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public void States_OfTheQuery_AreThoseOfTheSaga() =>
        Assert.Equal(JobStatus.All, JobQuery.States);

    [Theory]
    [InlineData("free", null, 50)]
    [InlineData("enterprise", 3, 3)]
    public async Task Post_TenantWhoseQueueIsFull_IsPutOffBeforeItIsAccepted(string tier, int? own, int limit)
    {
        var tenant = $"full-{tier}";
        await database.Database.ExecuteAsync(
            "insert into tenants (tenant, tier, max_queued) values ($1, $2, $3::text::int)", tenant, tier, own?.ToString(System.Globalization.CultureInfo.InvariantCulture));
        await JobSeed.InsertAsync(database.DataSource, [.. Enumerable.Range(0, limit - 2).Select(_ => new JobSeed { Tenant = tenant })]);
        var last = Request($"\"tenant\":\"{tenant}\",\"jobId\":\"{Guid.NewGuid()}\"");
        await PostAsync(Request($"\"tenant\":\"{tenant}\""));
        Assert.Equal(HttpStatusCode.Accepted, (await PostAsync(last)).StatusCode);

        var refused = await PostAsync(Request($"\"tenant\":\"{tenant}\""));

        Assert.Equal(HttpStatusCode.ServiceUnavailable, refused.StatusCode);
        Assert.True(refused.Headers.RetryAfter!.Delta > TimeSpan.Zero);
        Assert.Contains($"The queue of tenant {tenant} ({tier}) is full: {limit} jobs wait", await refused.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        Assert.Equal(2L, await database.Database.ScalarAsync<long>("select count(*) from submissions where tenant = $1", tenant));

        // What is known has its place; and nobody else is in its way.
        Assert.Equal(HttpStatusCode.Accepted, (await PostAsync(last)).StatusCode);
        Assert.Equal(HttpStatusCode.Accepted, (await PostAsync(Request($"\"tenant\":\"beside-{tier}\""))).StatusCode);
    }

    [Fact]
    public async Task Post_AsManyWaitAsMayOfAllTenants_IsPutOff()
    {
        _app!.Services.GetRequiredService<IOptionsMonitor<SubmissionOptions>>().CurrentValue.MaxWaitingJobs = 1;
        await PostAsync(Request("\"tenant\":\"one-of-all\""));

        var refused = await PostAsync(Request("\"tenant\":\"another-of-all\""));

        Assert.Equal(HttpStatusCode.ServiceUnavailable, refused.StatusCode);
        Assert.Contains("MAX_WAITING_JOBS", await refused.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Failed", 0, 1)]
    [InlineData("Failed", 1, 0)]
    [InlineData("Completed", 1, 0)]
    public async Task Post_JobThatHasFailedBeforeItBegan_BeginsAgain(string state, int attempt, int told)
    {
        var id = Guid.NewGuid();
        await PostAsync(Request($"\"jobId\":\"{id}\""));
        await InsertJobAsync(state, finished: true, id: id);
        await database.Database.ExecuteAsync("insert into job_regions (job_id, region_id, tiles, kind, attempt) values ($1, 0, 4, 'a', $2)", id, attempt);

        var again = await PostAsync(Request($"\"jobId\":\"{id}\""));

        Assert.Equal(HttpStatusCode.Accepted, again.StatusCode);
        Assert.Equal((long)told, await database.Database.ScalarAsync<long>(
            "select count(*) from message_pending where job_id = $1 and destination = 'queue:image-job' and message::text like '%:JobResubmitted%'", id));
    }

    [Fact]
    public async Task Get_JobThatTheSagaHasNotHeardOf_IsRequested()
    {
        var accepted = await (await PostAsync(Request("\"jobName\":\"harbour\""))).Content.ReadFromJsonAsync<JobAccepted>();

        var job = await _client.GetFromJsonAsync<JsonElement>($"/v1/jobs/{accepted!.JobId}");

        Assert.Equal(("Requested", "harbour", "/data/a.tif"), (job.GetProperty("state").GetString(), job.GetProperty("name").GetString(), job.GetProperty("imageUrl").GetString()));
        var cancel = await _client.PostAsync($"/v1/jobs/{accepted.JobId}/cancel", null);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, cancel.StatusCode);
        Assert.NotNull(cancel.Headers.RetryAfter);
    }

    [Fact]
    public async Task Get_UnknownJob_IsNotFound()
    {
        Assert.Equal(HttpStatusCode.NotFound, (await _client.GetAsync($"/v1/jobs/{Guid.NewGuid()}")).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await _client.PostAsync($"/v1/jobs/{Guid.NewGuid()}/cancel", null)).StatusCode);
    }

    [Fact]
    public async Task Cancel_FinishedJob_IsAConflict()
    {
        var id = await InsertJobAsync("Completed", finished: true);

        Assert.Equal(HttpStatusCode.Conflict, (await _client.PostAsync($"/v1/jobs/{id}/cancel", null)).StatusCode);
    }

    [Theory]
    [InlineData("PartiallyCompleted", true, HttpStatusCode.Accepted)]
    [InlineData("Failed", true, HttpStatusCode.Accepted)]
    [InlineData("Completed", true, HttpStatusCode.Conflict)]
    [InlineData("Running", false, HttpStatusCode.Conflict)]
    public async Task Retry_JobInState_TellsTheSagaOnlyWhereTilesAreMissing(string state, bool finished, HttpStatusCode expected)
    {
        var id = await InsertJobAsync(state, finished);

        Assert.Equal(expected, (await _client.PostAsync($"/v1/jobs/{id}/retry", null)).StatusCode);
        Assert.Equal(expected == HttpStatusCode.Accepted ? 1L : 0L,
            await database.Database.ScalarAsync<long>("select count(*) from message_pending where job_id = $1 and destination = 'queue:image-job' and message::text like '%:RetryFailedTiles%'", id));
    }

    [Theory]
    [InlineData("PartiallyCompleted", 1, HttpStatusCode.Accepted)]
    [InlineData("PartiallyCompleted", 0, HttpStatusCode.Conflict)]
    [InlineData("Completed", 0, HttpStatusCode.Conflict)]
    public async Task Retry_Outputs_TellsTheSagaOnlyWhereOutputsAreMissing(string state, int failed, HttpStatusCode expected)
    {
        var id = await InsertJobAsync(state, finished: true);
        await database.Database.ExecuteAsync("update jobs set outputs_failed = $2 where job_id = $1", id, failed);

        Assert.Equal(expected, (await _client.PostAsync($"/v1/jobs/{id}/retry?what=outputs", null)).StatusCode);
        Assert.Equal(expected == HttpStatusCode.Accepted ? 1L : 0L,
            await database.Database.ScalarAsync<long>("select count(*) from message_pending where job_id = $1 and destination = 'queue:image-job' and message::text like '%:RetryOutputs%'", id));
        Assert.Equal(failed, (await _client.GetFromJsonAsync<JsonElement>($"/v1/jobs/{id}")).GetProperty("outputsFailed").GetInt32());
    }

    [Fact]
    public async Task Retry_SomethingElse_NamesWhatCanBe()
    {
        var id = await InsertJobAsync("PartiallyCompleted", finished: true);

        var answer = await _client.PostAsync($"/v1/jobs/{id}/retry?what=everything", null);

        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.Contains("failed-tiles or outputs", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Cancel_RunningJob_TellsTheSaga()
    {
        var id = await InsertJobAsync("Running", finished: false);

        Assert.Equal(HttpStatusCode.Accepted, (await _client.PostAsync($"/v1/jobs/{id}/cancel", null)).StatusCode);
        Assert.Equal(1L, await database.Database.ScalarAsync<long>("select count(*) from message_pending where job_id = $1 and destination = 'queue:image-job' and message::text like '%:CancelJob%'", id));
    }

    [Fact]
    public async Task List_ByTenant_ShowsItsJobsOnly()
    {
        var id = await InsertJobAsync("Queued", finished: false, tenant: "coastguard");

        var jobs = await _client.GetFromJsonAsync<JsonElement>("/v1/jobs?tenant=coastguard");

        Assert.Equal(id, Assert.Single(jobs.EnumerateArray()).GetProperty("jobId").GetGuid());
    }

    private static string Request(string members) =>
        $$"""{ {{members}}, "imageUrl":"/data/a.tif","endpoint":{"name":"http://127.0.0.1:8080/invocations"},"outputs":[{"type":"File","path":"/data/a.geojson"}]}""";

    private Task<HttpResponseMessage> PostAsync(string body) =>
        _client.PostAsync("/v1/jobs", new StringContent(body, System.Text.Encoding.UTF8, "application/json"));

    private async Task<Guid> InsertJobAsync(string state, bool finished, string tenant = "default", Guid? id = null)
    {
        var jobId = id ?? Guid.NewGuid();
        await database.Database.ExecuteAsync(
            """
            insert into jobs (job_id, name, tenant, state, image_url, endpoint, priority, regions_total, regions_done, regions_failed, tiles_total, tiles_done,
                              tiles_failed, features, requested_at, updated_at, finished_at, version)
            values ($1, 'a', $2, $3, 'a.tif', 'http://m/', 10, 1, 0, 0, 4, 0, 0, 0, now(), now(), case when $4 then now() end, 1)
            """,
            jobId, tenant, state, finished);
        return jobId;
    }
}
