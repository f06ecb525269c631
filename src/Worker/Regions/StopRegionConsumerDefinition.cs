using MassTransit;
using Microsoft.Extensions.Options;
using Swath.Contracts;

namespace Swath.Worker.Regions;

/// <summary>The worker's own queue, as for the regions themselves.</summary>
internal sealed class StopRegionConsumerDefinition : ConsumerDefinition<StopRegionConsumer>
{
    public StopRegionConsumerDefinition(IOptions<WorkerOptions> options) =>
        EndpointName = WorkerQueue.NameOf(options.Value.EffectiveId);
}
