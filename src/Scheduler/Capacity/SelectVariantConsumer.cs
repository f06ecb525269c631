using MassTransit;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Swath.Contracts;
using Swath.Endpoints;
using Swath.Persistence.Outbox;
using Swath.Persistence.Placement;
using Swath.Persistence.ReadSide;
using Swath.Scheduler.Jobs;

namespace Swath.Scheduler.Capacity;

/// <summary>
/// Makes a job ready for the queue: its regions are written on the board, its endpoint variant is chosen, and that variant's
/// capacity is in the ledger. Only then the saga hears of it and queues the job. Repeating it changes nothing but the draw,
/// and of two draws the saga takes the first.
/// </summary>
public sealed class SelectVariantConsumer(
    RegionAssignments board, IVariantSelector selector, EndpointCapacities capacities,
    JobReader jobs, IOptionsMonitor<SchedulerOptions> options, IOptions<OutboxOptions> outbox, ILogger<SelectVariantConsumer> logger) : IConsumer<SelectVariant>
{
    public async Task Consume(ConsumeContext<SelectVariant> context)
    {
        ArgumentNullException.ThrowIfNull(context);
        var job = context.Message;

        // A command that is delivered again, after a restart for example, finds a job that was queued before.
        if (await jobs.StateOfAsync(job.JobId, context.CancellationToken).ConfigureAwait(false) is not (null or JobStatus.Requested))
            return;
        if (job.Reopen.Count == 0)
        {
            await board.PlanAsync(new PlannedRegions(job.JobId, job.JobKind, job.Regions), context.CancellationToken).ConfigureAwait(false);
        }
        else if (await ReturnToQueueAsync(job, context.CancellationToken).ConfigureAwait(false) is { } refusal)
        {
            await context.AnswerAsync(outbox.Value, Queues.ImageJob, job.JobId, new JobFailed { JobId = job.JobId, Reason = refusal }).ConfigureAwait(false);
            return;
        }

        var (isKnown, variant) = await SelectAsync(job.Endpoint, context.CancellationToken).ConfigureAwait(false);
        if (isKnown)
            await capacities.RefreshAsync(job.Endpoint.Name, job.Endpoint.Type, variant, job.Endpoint.AssumedRole, context.CancellationToken).ConfigureAwait(false);
        await context.AnswerAsync(outbox.Value, Queues.ImageJob, job.JobId, new VariantSelected
        {
            JobId = job.JobId,
            Variant = variant,
            TileWorkersPerRegion = options.CurrentValue.TileWorkersPerInstance,
        }).ConfigureAwait(false);
    }

    /// <returns>Why it can't be retried; null when it waits.</returns>
    private async Task<string?> ReturnToQueueAsync(SelectVariant job, CancellationToken cancellationToken)
    {
        if (await board.TryReopenAsync(job.JobId, job.Reopen, job.TilesFinished, cancellationToken).ConfigureAwait(false))
            return null;
        logger.LogWarning("Job {JobId} can't be retried: its finished tiles are no longer kept", job.JobId);
        return "The failed tiles can't be run alone: the finished ones are no longer kept. Submit the job again.";
    }

    /// <summary>
    /// An endpoint that can't be described is no reason to lose the job: it waits, by the reason EndpointUnknown, and is not admitted before
    /// <see cref="Maintenance.MissingVariantSelector"/> has chosen its variant.
    /// </summary>
    private async Task<(bool IsKnown, string? Variant)> SelectAsync(ModelEndpoint endpoint, CancellationToken cancellationToken)
    {
        try
        {
            return (true, await selector.SelectAsync(endpoint, cancellationToken).ConfigureAwait(false));
        }
        catch (InvocationException failure)
        {
            logger.LogWarning(failure, "No variant of endpoint {Endpoint} can be chosen; its job waits without one", endpoint.Name);
            return (false, null);
        }
    }
}
