using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Swath.Persistence.Capacity;
using Swath.Persistence.Notifications;
using Swath.Persistence.Outages;

namespace Swath.Persistence.Placement;

/// <summary>Registers what schedulers and workers share in the database.</summary>
public static class PlacementServices
{
    /// <summary>
    /// Registers the capacity ledger, the board of regions and the registry of workers. Needs an <c>NpgsqlDataSource</c> and
    /// an <see cref="Outbox.IOutbox"/>. May be called more than once.
    /// </summary>
    public static IServiceCollection AddSwathPlacement(this IServiceCollection services)
    {
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton<DatabaseReturn>();
        services.AddConnectionPurposes();
        services.TryAddSingleton<NotificationSender>();
        services.TryAddSingleton<CapacityLedger>();
        services.TryAddSingleton<RegionAssignments>();
        services.TryAddSingleton<UnassignedRegions>();
        services.TryAddSingleton<LostRegions>();
        services.TryAddSingleton<WorkerRegistry>();
        return services;
    }
}
