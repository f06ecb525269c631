using MassTransit;
using Microsoft.Extensions.Options;
using Npgsql;
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

    protected override void ConfigureConsumer(
        IReceiveEndpointConfigurator endpointConfigurator, IConsumerConfigurator<ProcessRegionConsumer> consumerConfigurator, IRegistrationContext context) =>
        endpointConfigurator.UseMessageRetry(retry =>
        {
            retry.Handle<NpgsqlException>();
            retry.Exponential(8, TimeSpan.FromMilliseconds(200), TimeSpan.FromSeconds(10), TimeSpan.FromMilliseconds(200));
        });
}
