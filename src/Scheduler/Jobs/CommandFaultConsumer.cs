using MassTransit;
using Microsoft.Extensions.Logging;
using Swath.Contracts;

namespace Swath.Scheduler.Jobs;

/// <summary>
/// A command that failed for good, after all retries, would leave its job waiting for an answer for ever. The job fails instead, with
/// the reason; the command stays in its error queue.
/// </summary>
public sealed class CommandFaultConsumer(ILogger<CommandFaultConsumer> logger)
    : IConsumer<Fault<CalculateRegions>>, IConsumer<Fault<SelectVariant>>, IConsumer<Fault<AssembleResult>>
{
    public Task Consume(ConsumeContext<Fault<CalculateRegions>> context) =>
        FailAsync(context, context.Message.Message.JobId, "The image could not be measured", context.Message.Exceptions);

    public Task Consume(ConsumeContext<Fault<SelectVariant>> context) =>
        FailAsync(context, context.Message.Message.JobId, "The endpoint's variant could not be chosen", context.Message.Exceptions);

    public Task Consume(ConsumeContext<Fault<AssembleResult>> context) =>
        FailAsync(context, context.Message.Message.JobId, "The result could not be assembled", context.Message.Exceptions);

    private Task FailAsync(ConsumeContext context, Guid jobId, string what, ExceptionInfo[] exceptions)
    {
        var why = exceptions.FirstOrDefault()?.Message ?? "no reason was given";
        logger.LogError("Job {JobId}: {What}: {Why}", jobId, what, why);
        return context.Publish(new JobFailed { JobId = jobId, Reason = $"{what}: {why}" });
    }
}
