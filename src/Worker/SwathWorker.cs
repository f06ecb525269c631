using MassTransit;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Swath.Access;
using Swath.Configuration;
using Swath.Imaging;
using Swath.Persistence.Outbox;
using Swath.Persistence.Placement;
using Swath.Worker.Assembly;
using Swath.Worker.Membership;
using Swath.Worker.Regions;
using Swath.Worker.Sinks;

namespace Swath.Worker;

/// <summary>Registers the worker.</summary>
public static class SwathWorker
{
    /// <summary>
    /// Offers the worker's services and its background work. Needs the database's stores, the model endpoints and, in the bus registration,
    /// <see cref="AddWorkerConsumers"/>.
    /// </summary>
    public static IServiceCollection AddSwathWorker(this IServiceCollection services)
    {
        services.AddSwathOptions<WorkerOptions>();
        services.TryAddSingleton(TimeProvider.System);
        services.AddSwathAccess();
        services.AddSwathImaging();
        services.AddSwathOutbox();
        services.AddSwathPlacement();
        services.TryAddSingleton<ITileCheckpoints, DatabaseCheckpoints>();
        services.AddSwathSinks();
        services.TryAddSingleton<RegionProcessor>();
        services.TryAddSingleton<RegionRunner>();
        services.TryAddSingleton<WorkerLease>();
        services.TryAddSingleton<ResultAssembler>();
        services.AddHostedService(provider => provider.GetRequiredService<WorkerLease>());
        services.TryAddSingleton<AssembledJobs>();
        services.AddHostedService<CheckpointSweep>();
        return services;
    }

    /// <summary>Adds the worker's consumers: its own queue of regions, and the queue of results that all workers share.</summary>
    public static void AddWorkerConsumers(this IBusRegistrationConfigurator bus)
    {
        ArgumentNullException.ThrowIfNull(bus);
        bus.AddConsumer<ProcessRegionConsumer, ProcessRegionConsumerDefinition>();
        bus.AddConsumer<StopRegionConsumer, StopRegionConsumerDefinition>();
        bus.AddConsumer<AssembleResultConsumer, AssembleResultConsumerDefinition>();
    }
}
