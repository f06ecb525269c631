using MassTransit;
using Swath.Contracts;
using Swath.Persistence.Losses;

namespace Swath.Bench.Load;

/// <summary>Says that a result was written, without writing one.</summary>
internal sealed class AssemblyStandIn(CommandLosses losses) : IConsumer<AssembleResult>
{
    public async Task Consume(ConsumeContext<AssembleResult> context)
    {
        var work = context.Message;
        await losses.BeginAsync(work.JobId, CommandLosses.Assembling, context.CancellationToken);
        try
        {
            await context.Send(Queues.ImageJob, new JobCompleted { JobId = work.JobId, Features = 0, Results = [work.Outputs[0].Path!] });
        }
        finally
        {
            await losses.EndAsync(work.JobId, CommandLosses.Assembling);
        }
    }
}
