using MassTransit;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Npgsql;
using Swath.Configuration;
using Swath.Persistence.Archive;
using Swath.Persistence.EventSourcing;
using Swath.Persistence.Placement;
using Swath.Persistence.ReadSide;
using Swath.Scheduler.Admission;
using Swath.Scheduler.Capacity;
using Swath.Scheduler.Jobs;
using Swath.Scheduler.Maintenance;
using Swath.Scheduler.Verification;

namespace Swath.Scheduler;

/// <summary>Registers the scheduler's room.</summary>
public static class SchedulerServices
{
    /// <summary>
    /// Adds admission and its maintenance as hosted services. Needs an <c>NpgsqlDataSource</c>, the outbox
    /// (<c>AddSwathOutbox</c>) and the endpoints (<c>AddSwathEndpoints</c>).
    /// </summary>
    public static IServiceCollection AddSwathScheduler(this IServiceCollection services)
    {
        services.AddSwathSchedulerQueries();
        services.AddSwathOptions<SchedulerOptions>();
        services.TryAddSingleton<SchedulerMetrics>();
        services.TryAddSingleton<EndpointCapacities>();
        services.TryAddSingleton<AdmissionProgress>();
        services.TryAddSingleton<AdmissionCycle>();
        services.TryAddSingleton<AdmissionSignal>();
        services.AddSingleton<ICommitListener<ImageJob>>(provider => provider.GetRequiredService<AdmissionSignal>());
        services.AddSingleton<ICommitListener<ImageJob>, StatusSignal>();
        services.TryAddSingleton<LostWorkerRescuer>();
        services.AddHostedService(provider => provider.GetRequiredService<AdmissionSignal>());
        services.AddHostedService<AdmissionService>();
        services.AddHostedService(provider => provider.GetRequiredService<LostWorkerRescuer>());
        services.AddHostedService<LedgerReconciler>();
        services.AddHostedService<CapacityRefresher>();
        services.AddHostedService<MissingVariantSelector>();
        services.AddHostedService<UnusedEndpointSweep>();
        services.AddHostedService<QueuePositionUpdater>();
        services.AddHostedService<UnschedulableJobs>();
        return services;
    }

    /// <summary>Moves jobs that are over to files, where the settings say so. Needs the stream of the jobs.</summary>
    /// <param name="services">The container.</param>
    /// <param name="sweeps">Connections whose statements may take a minute.</param>
    public static IServiceCollection AddJobArchiving(this IServiceCollection services, NpgsqlDataSource sweeps)
    {
        services.AddSwathOptions<ArchiveOptions>();
        services.TryAddSingleton(provider => new JobArchiver(sweeps, provider.GetRequiredService<StreamModel>(), provider.GetRequiredService<TimeProvider>()));
        services.AddHostedService<JobArchiving>();
        return services;
    }

    /// <summary>Adds only what answers questions (<see cref="JobExplanation"/>): for the API and the CLI. Runs nothing.</summary>
    public static IServiceCollection AddSwathSchedulerQueries(this IServiceCollection services)
    {
        services.AddSwathPlacement();
        services.AddSwathOptions<SchedulerOptions>();
        services.TryAddSingleton<JobReader>();
        services.TryAddSingleton<JobExplanations>();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<ITableCheck, RegionsCheck>());
        services.TryAddEnumerable(ServiceDescriptor.Singleton<ITableCheck, ReservationsCheck>());
        services.TryAddEnumerable(ServiceDescriptor.Singleton<ITableCheck, QueueCheck>());
        services.TryAddEnumerable(ServiceDescriptor.Singleton<ITableCheck, MessagesCheck>());
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IStoreCheck, LedgerCheck>());
        return services;
    }

    /// <summary>Adds the consumers of <see cref="Contracts.SelectVariant"/> and <see cref="Contracts.ReleaseCapacity"/>.</summary>
    public static void AddSchedulerConsumers(this IBusRegistrationConfigurator bus)
    {
        ArgumentNullException.ThrowIfNull(bus);
        bus.AddConsumer<SelectVariantConsumer>();
        bus.AddConsumer<ReleaseCapacityConsumer>();
        bus.AddConsumer<CommandFaultConsumer>();
    }
}
