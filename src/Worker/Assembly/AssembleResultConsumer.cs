using MassTransit;
using Microsoft.Extensions.Logging;
using Swath.Contracts;
using Swath.Persistence.ReadSide;

namespace Swath.Worker.Assembly;

/// <summary>
/// Writes a job's result and says so. A command that comes again while the job is still being assembled writes the same result again;
/// one that comes after the job has moved on is dropped: its checkpoints may be gone.
/// </summary>
public sealed partial class AssembleResultConsumer(ResultAssembler assembler, JobReader jobs, ILogger<AssembleResultConsumer> log) : IConsumer<AssembleResult>
{
    // The saga's state, as it stands in the jobs table.
    private const string Assembling = "Assembling";

    public async Task Consume(ConsumeContext<AssembleResult> context)
    {
        ArgumentNullException.ThrowIfNull(context);
        var work = context.Message;
        var job = await jobs.FindAsync(work.JobId, context.CancellationToken);
        if (job is not { State: Assembling })
        {
            LogDropped(work.JobId, job?.State);
            return;
        }

        // Published before the command is acknowledged: should the process die between the two, the command comes again.
        switch (await AssembleAsync(work, context.CancellationToken))
        {
            case AssemblyOutcome.Completed completed:
                await context.Publish(completed.Message);
                break;
            case AssemblyOutcome.Failed failed:
                LogFailed(work.JobId, failed.Message.Reason);
                await context.Publish(failed.Message);
                break;
        }
    }

    private async Task<AssemblyOutcome> AssembleAsync(AssembleResult work, CancellationToken cancellationToken)
    {
        try
        {
            return await assembler.AssembleAsync(work, cancellationToken);
        }
        catch (Exception e) when (e is ArgumentException or InvalidDataException)
        {
            // Trying again would not help: a step that can't be done, or checkpoints of another release.
            return new AssemblyOutcome.Failed(new JobFailed { JobId = work.JobId, Reason = e.Message });
        }
    }

    [LoggerMessage(LogLevel.Information, "Job {JobId} is {State}, not being assembled: the command to assemble it is dropped.")]
    private partial void LogDropped(Guid jobId, string? state);

    [LoggerMessage(LogLevel.Warning, "Job {JobId} has no result: {Reason}")]
    private partial void LogFailed(Guid jobId, string reason);
}
