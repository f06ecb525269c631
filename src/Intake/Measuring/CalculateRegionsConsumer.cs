using MassTransit;
using Microsoft.Extensions.Logging;
using Swath.Contracts;
using Swath.Imaging;
using Swath.Persistence.ReadSide;

namespace Swath.Intake.Measuring;

/// <summary>Measures an image; one that can't be processed is rejected at once, before it costs any capacity.</summary>
public sealed class CalculateRegionsConsumer(
    ImageMeasurer measurer, IntakeMetrics metrics, JobReader jobs, ILogger<CalculateRegionsConsumer> logger) : IConsumer<CalculateRegions>
{
    public async Task Consume(ConsumeContext<CalculateRegions> context)
    {
        // A command that is delivered again, after a restart for example, finds a job that was measured before.
        if (await jobs.StateOfAsync(context.Message.JobId, context.CancellationToken) is not "Requested")
            return;
        try
        {
            var regions = await Task.Run(() => measurer.Measure(context.Message, context.CancellationToken), context.CancellationToken);
            await context.Publish(regions);
        }
        catch (ImageException refused) when (refused.Rejection is not null)
        {
            metrics.ImageAccessError(refused.Kind);
            logger.LogInformation("Job {JobId}: image rejected, {Kind}: {Detail}", context.Message.JobId, refused.Kind, refused.Message);
            await context.Publish(new ImageRejected { JobId = context.Message.JobId, Reason = refused.Rejection.Value, Detail = refused.Message });
        }
        catch (ImageException failed)
        {
            // It may succeed next time: the bus tries again.
            metrics.ImageAccessError(failed.Kind);
            throw;
        }
    }
}
