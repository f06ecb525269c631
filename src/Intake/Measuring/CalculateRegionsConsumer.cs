using MassTransit;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Swath.Contracts;
using Swath.Imaging;
using Swath.Persistence.Losses;
using Swath.Persistence.Outages;
using Swath.Persistence.Outbox;
using Swath.Persistence.ReadSide;

namespace Swath.Intake.Measuring;

/// <summary>Measures an image; one that can't be processed, or whose result can't be written, is rejected at once, before it costs any capacity.</summary>
public sealed class CalculateRegionsConsumer(
    ImageMeasurer measurer,
    IOutputProbe outputs,
    IntakeMetrics metrics,
    JobReader jobs,
    CommandLosses losses,
    IOptionsMonitor<IntakeOptions> options,
    IOptions<OutboxOptions> outbox,
    ILogger<CalculateRegionsConsumer> logger) : IConsumer<CalculateRegions>
{
    /// <summary>
    /// When an image that could not be reached is measured again: for about three minutes beyond the retries of single requests. A store that is away
    /// for longer fails the job with that reason; it is never taken for an image that is wrong.
    /// </summary>
    public static RetryRule Retry { get; } =
        RetryRule.For<ImageException>(8, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(60), failed => failed.Kind == ImageErrorKind.Unavailable);

    public async Task Consume(ConsumeContext<CalculateRegions> context)
    {
        // A command that is delivered again, after a restart for example, finds a job that was measured before.
        if (await jobs.StateOfAsync(context.Message.JobId, context.CancellationToken) is not "Requested")
            return;
        using var place = await losses.EnterAsync(context.Message.JobId, CommandLosses.Measuring, context.CancellationToken);
        if (place is null)
            return;
        var lost = await losses.BeginAsync(context.Message.JobId, CommandLosses.Measuring, context.CancellationToken);
        try
        {
            if (lost < options.CurrentValue.ImageMaxLosses)
                await MeasureAsync(context);
            else
                await GiveUpAsync(context, lost);
        }
        finally
        {
            await losses.EndAsync(context.Message.JobId, CommandLosses.Measuring);
        }
    }

    private async Task MeasureAsync(ConsumeContext<CalculateRegions> context)
    {
        try
        {
            // Who stops the process does not wait for GDAL: the command is given back, and measured elsewhere.
            var regions = await Task.Run(() => measurer.Measure(context.Message, context.CancellationToken), context.CancellationToken)
                .WaitAsync(context.CancellationToken);
            var problems = await outputs.ProblemsAsync(context.Message, regions.Image, context.CancellationToken);
            if (problems.Count > 0)
                await RejectAsync(context, string.Join(' ', problems));
            else
                await AnswerAsync(context, regions);
        }
        catch (ImageException refused) when (refused.Rejection is not null)
        {
            metrics.ImageAccessError(refused.Kind);
            logger.LogInformation("Job {JobId}: image rejected, {Kind}: {Detail}", context.Message.JobId, refused.Kind, refused.Message);
            await AnswerAsync(context, new ImageRejected { JobId = context.Message.JobId, Reason = refused.Rejection.Value, Detail = refused.Message });
        }
        catch (ImageException failed)
        {
            // It may succeed next time: the bus tries again.
            metrics.ImageAccessError(failed.Kind);
            throw;
        }
    }

    private Task GiveUpAsync(ConsumeContext<CalculateRegions> context, int lost)
    {
        var detail = $"The process was lost {lost} times while it measured this job's image (IMAGE_MAX_LOSSES): the image or the region of interest may be what kills it.";
        logger.LogError("Job {JobId}: {Detail}", context.Message.JobId, detail);
        return AnswerAsync(context, new ImageRejected { JobId = context.Message.JobId, Reason = ImageRejection.InvalidRequest, Detail = detail });
    }

    // Some of several are enough: to mend a request costs nothing, to run it again for an output that was known to fail does.
    private async Task RejectAsync(ConsumeContext<CalculateRegions> context, string problems)
    {
        metrics.OutputsRejected();
        logger.LogInformation("Job {JobId}: outputs rejected: {Detail}", context.Message.JobId, problems);
        await AnswerAsync(context, new ImageRejected { JobId = context.Message.JobId, Reason = ImageRejection.OutputNotWritable, Detail = problems });
    }

    private Task AnswerAsync(ConsumeContext<CalculateRegions> context, object answer) =>
        context.AnswerAsync(outbox.Value, Queues.ImageJob, context.Message.JobId, answer);
}
