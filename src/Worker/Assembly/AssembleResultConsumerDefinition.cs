using MassTransit;
using Microsoft.Extensions.Options;
using Swath.Contracts;

namespace Swath.Worker.Assembly;

/// <summary>One queue for all workers, apart from those of regions: assembling may take minutes and must hold up no region.</summary>
internal sealed class AssembleResultConsumerDefinition : ConsumerDefinition<AssembleResultConsumer>
{
    public AssembleResultConsumerDefinition(IOptions<WorkerOptions> options)
    {
        EndpointName = Queues.AssembleResult.AbsolutePath;
        ConcurrentMessageLimit = options.Value.Assemblies;
    }
}
