using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Swath.Contracts;
using Swath.Intake.Submitting;
using Swath.Persistence.Archive;
using Swath.Persistence.Outbox;
using Swath.Persistence.ReadSide;

namespace Swath.Intake.Api;

/// <summary>The REST API: submit a job, look at jobs, and say stop, pause, resume or retry.</summary>
public static class JobsApi
{
    /// <summary>Maps <c>/v1/jobs</c>.</summary>
    public static RouteGroupBuilder MapJobs(this IEndpointRouteBuilder routes)
    {
        var jobs = routes.MapGroup("/v1/jobs").WithTags("jobs");
        jobs.AddEndpointFilter(RefuseUnknownParameters);
        jobs.MapPost("", SubmitAsync).WithSummary("Submits one image. The body is the message ImageRequested; jobId may be left out.");
        jobs.MapGet("", ListAsync).WithSummary("Lists jobs, newest first. Parameters: state, tenant, limit (1..1000, default 50).");
        jobs.MapGet("{id:guid}", FindAsync).WithName("job").WithSummary("One job: state, progress, and why it waits.");
        jobs.MapPost("{id:guid}/cancel", (Guid id, IOutbox outbox, JobReader reader, DepartedJobs departed, CancellationToken stop) =>
            TellAsync(id, new CancelJob { JobId = id }, outbox, reader, departed, stop)).WithSummary("Stops a job for good.");
        jobs.MapPost("{id:guid}/pause", async (Guid id, IOutbox outbox, JobReader reader, DepartedJobs departed, CancellationToken stop) =>
            await TellAsync(id, new PauseJob { JobId = id, AskedAt = await reader.NowAsync(stop) }, outbox, reader, departed, stop)).WithSummary("Stops a job until it is resumed.");
        jobs.MapPost("{id:guid}/resume", async (Guid id, IOutbox outbox, JobReader reader, DepartedJobs departed, CancellationToken stop) =>
            await TellAsync(id, new ResumeJob { JobId = id, AskedAt = await reader.NowAsync(stop) }, outbox, reader, departed, stop)).WithSummary("Puts a paused job back into the queue.");
        jobs.MapPost("{id:guid}/retry", RetryAsync)
            .WithSummary("Of a partially completed or failed job, what=failed-tiles (the default) runs the tiles again that failed and writes every output; what=outputs writes those again that failed, and asks no model.");
        return jobs;
    }

    private static async Task<Results<AcceptedAtRoute<JobAccepted>, ValidationProblem, ProblemHttpResult, RetryLater>> SubmitAsync(
        JsonElement body, Submission submission, CancellationToken cancellationToken)
    {
        if (RequestJson.Read(body, Guid.NewGuid(), out var problems) is not { } request)
            return Invalid(problems);
        return await submission.SubmitAsync(request, WayIn.Rest, !RequestJson.HasJobId(body), cancellationToken) switch
        {
            SubmissionOutcome.Accepted accepted => TypedResults.AcceptedAtRoute(new JobAccepted(accepted.JobId), "job", new { id = accepted.JobId }),
            SubmissionOutcome.Refused refused => Invalid(refused.Problems),
            SubmissionOutcome.Conflict conflict => TypedResults.Problem(conflict.Reason, statusCode: StatusCodes.Status409Conflict),
            SubmissionOutcome.Full full => new RetryLater(SubmissionOutcome.Full.RetryAfter, full.Reason),
            var other => throw new InvalidOperationException($"A request can't end as {other.GetType().Name} over the API."),
        };
    }

    private static async Task<Results<Ok<IReadOnlyList<JobRow>>, ValidationProblem>> ListAsync(
        HttpRequest http, JobReader reader, CancellationToken cancellationToken)
    {
        var query = JobQuery.Read(http.Query, out var problems);
        return problems.Count > 0
            ? Invalid(problems)
            : TypedResults.Ok(await reader.ListAsync(query.State, query.Tenant, query.Limit, cancellationToken));
    }

    private static async Task<Results<Ok<JobRow>, NotFound, ProblemHttpResult>> FindAsync(
        Guid id, JobReader reader, DepartedJobs departed, CancellationToken cancellationToken) =>
        await reader.FindAsync(id, cancellationToken) is { } job ? TypedResults.Ok(job)
            : await departed.FindAsync(id, cancellationToken) is { } gone ? Gone(gone)
            : TypedResults.NotFound();

    private static async Task<Results<Accepted, NotFound, Conflict<string>, RetryLater, ValidationProblem, ProblemHttpResult>> RetryAsync(
        Guid id, IOutbox outbox, JobReader reader, DepartedJobs departed, CancellationToken cancellationToken, string what = "failed-tiles")
    {
        object? message = what switch
        {
            "failed-tiles" => new RetryFailedTiles { JobId = id },
            "outputs" => new RetryOutputs { JobId = id },
            _ => null,
        };
        if (message is null)
            return Invalid([$"what: '{what}' can't be retried. Say failed-tiles or outputs."]);
        return (await TellAsync(id, message, outbox, reader, departed, cancellationToken)).Result switch
        {
            Accepted accepted => accepted,
            Conflict<string> refused => refused,
            RetryLater later => later,
            ProblemHttpResult gone => gone,
            _ => TypedResults.NotFound(),
        };
    }

    private static async Task<Results<Accepted, NotFound, Conflict<string>, RetryLater, ProblemHttpResult>> TellAsync(
        Guid id, object message, IOutbox outbox, JobReader reader, DepartedJobs departed, CancellationToken cancellationToken)
    {
        var job = await reader.FindAsync(id, cancellationToken);
        if (job is null)
            return await departed.FindAsync(id, cancellationToken) is { } gone ? Gone(gone) : TypedResults.NotFound();
        if (WhyNot(job, message) is { } refusal)
            return TypedResults.Conflict(refusal);

        // What is said to a saga before it has heard of its job is lost.
        if (await reader.StateOfAsync(id, cancellationToken) is null)
            return new RetryLater(TimeSpan.FromSeconds(1), $"Job {id} was accepted a moment ago and is not under way yet: try again.");
        await outbox.SendAsync(Queues.ImageJob, message, id, cancellationToken: cancellationToken);
        return TypedResults.Accepted($"/v1/jobs/{id}");
    }

    private static ProblemHttpResult Gone(DepartedJob job) => TypedResults.Problem(job.Sentence, statusCode: StatusCodes.Status410Gone);

    private static string? WhyNot(JobRow job, object message) => message switch
    {
        RetryFailedTiles => job.TileRetryRefusal(),
        RetryOutputs => job.OutputRetryRefusal(),
        _ => job.IsFinal ? $"Job {job.JobId} is {job.State} already." : null,
    };

    // What a caller asks for and Swath doesn't know would else be ignored in silence. The list reads its own.
    private static ValueTask<object?> RefuseUnknownParameters(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        var http = context.HttpContext.Request;
        var isList = HttpMethods.IsGet(http.Method) && http.RouteValues.Count == 0;
        string[] known = http.Path.Value?.TrimEnd('/').EndsWith("/retry", StringComparison.OrdinalIgnoreCase) == true ? ["what"] : [];
        return !isList && JobQuery.UnknownParameters(http.Query, known) is { Count: > 0 } unknown ? ValueTask.FromResult<object?>(Invalid(unknown)) : next(context);
    }

    private static ValidationProblem Invalid(IEnumerable<string> problems) =>
        TypedResults.ValidationProblem(new Dictionary<string, string[]> { ["request"] = [.. problems] });
}

/// <summary>The answer to a submitted job.</summary>
/// <param name="JobId">Where to look: <c>GET /v1/jobs/{jobId}</c>.</param>
public sealed record JobAccepted(Guid JobId);
