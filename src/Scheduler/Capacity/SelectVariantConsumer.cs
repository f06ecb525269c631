using MassTransit;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Swath.Contracts;
using Swath.Endpoints;
using Swath.Persistence.Placement;

namespace Swath.Scheduler.Capacity;

/// <summary>
/// Makes a job ready for the queue: its regions are written on the board, its endpoint variant is chosen, and that variant's
/// capacity is in the ledger. Only then the saga hears of it and queues the job. Repeating it changes nothing but the draw,
/// and of two draws the saga takes the first.
/// </summary>
public sealed class SelectVariantConsumer(
    RegionBoard board, IVariantSelector selector, EndpointCapacities capacities, IOptionsMonitor<SchedulerOptions> options,
    ILogger<SelectVariantConsumer> logger) : IConsumer<SelectVariant>
{
    public async Task Consume(ConsumeContext<SelectVariant> context)
    {
        ArgumentNullException.ThrowIfNull(context);
        var job = context.Message;
        await board.PlanAsync(new RegionPlan(job.JobId, job.JobKind, job.Regions), context.CancellationToken).ConfigureAwait(false);
        var variant = await SelectAsync(job.Endpoint, context.CancellationToken).ConfigureAwait(false);
        await capacities.RefreshAsync(job.Endpoint.Name, job.Endpoint.Type, variant, context.CancellationToken).ConfigureAwait(false);
        await context.Publish(new VariantSelected
        {
            JobId = job.JobId,
            Variant = variant,
            TileWorkersPerRegion = options.CurrentValue.TileWorkersPerInstance,
        }).ConfigureAwait(false);
    }

    /// <summary>An endpoint that can't be described is no reason to lose the job: it waits, by the reason EndpointUnknown.</summary>
    private async Task<string?> SelectAsync(ModelEndpoint endpoint, CancellationToken cancellationToken)
    {
        try
        {
            return await selector.SelectAsync(endpoint, cancellationToken).ConfigureAwait(false);
        }
        catch (InvocationException failure)
        {
            logger.LogWarning(failure, "No variant of endpoint {Endpoint} can be chosen; its job waits without one", endpoint.Name);
            return endpoint.TargetVariant;
        }
    }
}
