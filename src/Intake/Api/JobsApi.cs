using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Swath.Contracts;
using Swath.Persistence.Outbox;
using Swath.Persistence.ReadSide;

namespace Swath.Intake.Api;

/// <summary>The REST API: submit a job, look at jobs, and say stop, pause or resume.</summary>
public static class JobsApi
{
    private const int MaxListed = 1000;
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web);

    /// <summary>Maps <c>/v1/jobs</c>.</summary>
    public static RouteGroupBuilder MapJobs(this IEndpointRouteBuilder routes)
    {
        var jobs = routes.MapGroup("/v1/jobs").WithTags("jobs");
        jobs.MapPost("", SubmitAsync).WithSummary("Submits one image. The body is the message ImageRequested; jobId may be left out.");
        jobs.MapGet("", ListAsync).WithSummary("Lists jobs, newest first.");
        jobs.MapGet("{id:guid}", FindAsync).WithName("job").WithSummary("One job: state, progress, and why it waits.");
        jobs.MapPost("{id:guid}/cancel", (Guid id, IOutbox outbox, JobReader reader, CancellationToken stop) =>
            TellAsync(id, new CancelJob { JobId = id }, outbox, reader, stop)).WithSummary("Stops a job for good.");
        jobs.MapPost("{id:guid}/pause", (Guid id, IOutbox outbox, JobReader reader, CancellationToken stop) =>
            TellAsync(id, new PauseJob { JobId = id }, outbox, reader, stop)).WithSummary("Stops a job until it is resumed.");
        jobs.MapPost("{id:guid}/resume", (Guid id, IOutbox outbox, JobReader reader, CancellationToken stop) =>
            TellAsync(id, new ResumeJob { JobId = id }, outbox, reader, stop)).WithSummary("Puts a paused job back into the queue.");
        jobs.MapPost("{id:guid}/retry", (Guid id, IOutbox outbox, JobReader reader, CancellationToken stop) =>
            TellAsync(id, new RetryFailedTiles { JobId = id }, outbox, reader, stop)).WithSummary("Runs the failed tiles of a partially completed job again, and writes its result whole.");
        return jobs;
    }

    private static async Task<Results<AcceptedAtRoute<JobAccepted>, ValidationProblem>> SubmitAsync(
        JsonObject body, IOutbox outbox, CancellationToken cancellationToken)
    {
        if (!body.ContainsKey("jobId"))
            body["jobId"] = Guid.NewGuid();
        ImageRequested? request;
        try
        {
            request = body.Deserialize<ImageRequested>(Json);
        }
        catch (JsonException mistake)
        {
            return Invalid([$"{mistake.Path ?? "The body"}: {mistake.Message}"]);
        }

        var problems = request is null ? ["The body must be a JSON object."] : ImageRequestRules.Problems(request);
        if (problems.Count > 0)
            return Invalid(problems);
        await outbox.PublishAsync(request!, request!.JobId, cancellationToken: cancellationToken);
        return TypedResults.AcceptedAtRoute(new JobAccepted(request.JobId), "job", new { id = request.JobId });
    }

    private static async Task<Ok<IReadOnlyList<JobRow>>> ListAsync(
        JobReader reader, CancellationToken cancellationToken, string? state = null, string? tenant = null, int limit = 50) =>
        TypedResults.Ok(await reader.ListAsync(state, tenant, Math.Clamp(limit, 1, MaxListed), cancellationToken));

    private static async Task<Results<Ok<JobRow>, NotFound>> FindAsync(Guid id, JobReader reader, CancellationToken cancellationToken) =>
        await reader.FindAsync(id, cancellationToken) is { } job ? TypedResults.Ok(job) : TypedResults.NotFound();

    private static async Task<Results<Accepted, NotFound, Conflict<string>>> TellAsync(
        Guid id, object message, IOutbox outbox, JobReader reader, CancellationToken cancellationToken)
    {
        var job = await reader.FindAsync(id, cancellationToken);
        if (job is null)
            return TypedResults.NotFound();
        if (WhyNot(job, message) is { } refusal)
            return TypedResults.Conflict(refusal);
        await outbox.PublishAsync(message, id, cancellationToken: cancellationToken);
        return TypedResults.Accepted($"/v1/jobs/{id}");
    }

    private static string? WhyNot(JobRow job, object message) => message switch
    {
        RetryFailedTiles => job.State == "PartiallyCompleted" ? null : $"Job {job.JobId} is {job.State}: only a job that is PartiallyCompleted has tiles to retry.",
        _ => job.IsFinal ? $"Job {job.JobId} is {job.State} already." : null,
    };

    private static ValidationProblem Invalid(IEnumerable<string> problems) =>
        TypedResults.ValidationProblem(new Dictionary<string, string[]> { ["request"] = [.. problems] });
}

/// <summary>The answer to a submitted job.</summary>
/// <param name="JobId">Where to look: <c>GET /v1/jobs/{jobId}</c>.</param>
public sealed record JobAccepted(Guid JobId);
