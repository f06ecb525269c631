using MassTransit;
using Microsoft.Extensions.Options;
using Swath.Contracts;

namespace Swath.Worker.Regions;

/// <summary>
/// The worker's own queue. It is not temporary: a message that comes while the worker restarts waits there, and when it is too late the
/// fencing token tells.
/// </summary>
internal sealed class ProcessRegionConsumerDefinition : ConsumerDefinition<ProcessRegionConsumer>
{
    public ProcessRegionConsumerDefinition(IOptions<WorkerOptions> options) =>
        EndpointName = WorkerQueue.NameOf(options.Value.EffectiveId);
}
