using MassTransit;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Npgsql;
using Swath.Contracts;
using Swath.Persistence;
using Swath.Persistence.Losses;
using Swath.Persistence.Outbox;

namespace Swath.Worker.Assembly;

/// <summary>
/// Writes a job's result and says so, one command of a job at a time. A command that comes while another process is at the same one is left to it; one that
/// comes after the job has moved on is dropped: its checkpoints may be gone. A job that still waits when nobody is at it is asked for again.
/// </summary>
public sealed partial class AssembleResultConsumer(
    ResultAssembler assembler,
    NpgsqlDataSource database,
    [FromKeyedServices(ConnectionPurpose.StreamOrLock)] NpgsqlDataSource locks,
    CommandLosses losses,
    AssembledJobs assembled,
    IOptionsMonitor<WorkerOptions> options,
    IOptions<OutboxOptions> outbox,
    ILogger<AssembleResultConsumer> log) : IConsumer<AssembleResult>
{
    public async Task Consume(ConsumeContext<AssembleResult> context)
    {
        ArgumentNullException.ThrowIfNull(context);
        var work = context.Message;
        await using var turn = await AssemblyTurn.TryTakeAsync(locks, database, work.JobId, context.CancellationToken);
        if (turn is null)
        {
            LogLeft(work.JobId);
            return;
        }

        if (!await turn.IsAssemblingAsync(context.CancellationToken))
        {
            LogDropped(work.JobId);
            return;
        }

        // Published before the command is acknowledged: should the process die between the two, the command comes again.
        switch (await AssembleAsync(work, turn, context.CancellationToken))
        {
            case AssemblyOutcome.Completed completed:
                foreach (var failure in completed.Message.FailedOutputs)
                    LogNotWritten(work.JobId, failure);
                await context.AnswerAsync(outbox.Value, Queues.ImageJob, work.JobId, completed.Message);
                assembled.Add(work.JobId);
                break;
            case AssemblyOutcome.Failed failed:
                LogFailed(work.JobId, failed.Message.Reason);
                await context.AnswerAsync(outbox.Value, Queues.ImageJob, work.JobId, failed.Message);
                break;
            case AssemblyOutcome.Dropped:
                LogDropped(work.JobId);
                break;
        }
    }

    private async Task<AssemblyOutcome> AssembleAsync(AssembleResult work, AssemblyTurn turn, CancellationToken cancellationToken)
    {
        // One command of a job at a time is the turn's business: nobody else has this one in hand.
        using var place = await losses.EnterAsync(work.JobId, CommandLosses.Assembling, cancellationToken);
        var lost = await losses.BeginAsync(work.JobId, CommandLosses.Assembling, cancellationToken);
        try
        {
            if (lost >= options.CurrentValue.AssemblyMaxLosses)
            {
                return new AssemblyOutcome.Failed(new JobFailed
                {
                    JobId = work.JobId,
                    Reason = $"Workers were lost {lost} times while they assembled this job's result (ASSEMBLY_MAX_LOSSES): it may be what kills them.",
                });
            }

            return await assembler.AssembleAsync(work, turn.IsAssemblingAsync, cancellationToken);
        }
        catch (Exception e) when (e is ArgumentException or InvalidDataException)
        {
            // Trying again would not help: a step that can't be done, or checkpoints of another release.
            return new AssemblyOutcome.Failed(new JobFailed { JobId = work.JobId, Reason = e.Message });
        }
        finally
        {
            await losses.EndAsync(work.JobId, CommandLosses.Assembling);
        }
    }

    [LoggerMessage(LogLevel.Information, "Job {JobId} is being assembled already: this command is left to who is at it.")]
    private partial void LogLeft(Guid jobId);

    [LoggerMessage(LogLevel.Information, "Job {JobId} does not wait for its result, or no longer: the command to assemble it is dropped.")]
    private partial void LogDropped(Guid jobId);

    [LoggerMessage(LogLevel.Warning, "Job {JobId} lacks an output: {Reason}")]
    private partial void LogNotWritten(Guid jobId, string reason);

    [LoggerMessage(LogLevel.Warning, "Job {JobId} has no result: {Reason}")]
    private partial void LogFailed(Guid jobId, string reason);
}
