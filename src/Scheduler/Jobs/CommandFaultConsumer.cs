using MassTransit;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Swath.Contracts;
using Swath.Persistence.Outbox;
using Swath.Persistence.ReadSide;

namespace Swath.Scheduler.Jobs;

/// <summary>
/// A command that failed for good, after all retries, would leave its job waiting for an answer for ever. The job fails instead, with
/// the reason; the command stays in its error queue.
/// </summary>
public sealed class CommandFaultConsumer(JobReader jobs, IOptions<OutboxOptions> outbox, ILogger<CommandFaultConsumer> logger)
    : IConsumer<Fault<CalculateRegions>>, IConsumer<Fault<SelectVariant>>, IConsumer<Fault<AssembleResult>>
{
    public Task Consume(ConsumeContext<Fault<CalculateRegions>> context) =>
        FailAsync(context, context.Message.Message.JobId, JobStatus.Requested, "The image could not be measured", context.Message.Exceptions);

    public Task Consume(ConsumeContext<Fault<SelectVariant>> context) =>
        FailAsync(context, context.Message.Message.JobId, JobStatus.Requested, "The endpoint's variant could not be chosen", context.Message.Exceptions);

    public Task Consume(ConsumeContext<Fault<AssembleResult>> context) =>
        FailAsync(context, context.Message.Message.JobId, JobStatus.Assembling, "The result could not be assembled", context.Message.Exceptions);

    private async Task FailAsync(ConsumeContext context, Guid jobId, string awaitedIn, string what, ExceptionInfo[] exceptions)
    {
        // What failed may be a repeat: the job that has its answer already goes on.
        if (await jobs.StateOfAsync(jobId, context.CancellationToken) != awaitedIn)
            return;
        var why = exceptions.FirstOrDefault()?.Message ?? "no reason was given";
        logger.LogError("Job {JobId}: {What}: {Why}", jobId, what, why);
        await context.AnswerAsync(outbox.Value, Queues.ImageJob, jobId, new JobFailed { JobId = jobId, Reason = $"{what}: {why}" });
    }
}
