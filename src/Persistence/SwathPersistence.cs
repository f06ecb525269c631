using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Npgsql;
using Swath.Persistence.Archive;
using Swath.Persistence.Losses;
using Swath.Persistence.Notifications;
using Swath.Persistence.Outages;
using Swath.Persistence.ReadSide;
using Swath.Persistence.TileResults;

namespace Swath.Persistence;

/// <summary>Registers what the rooms need of the database.</summary>
public static class SwathPersistence
{
    /// <summary>Offers the stores on a database. It must be migrated; the container does not dispose <paramref name="database"/>.</summary>
    public static IServiceCollection AddSwathPersistence(this IServiceCollection services, SwathConnections database)
    {
        ArgumentNullException.ThrowIfNull(database);
        services.TryAddKeyedSingleton(ConnectionPurpose.Interactive, database.Interactive);
        services.TryAddKeyedSingleton(ConnectionPurpose.Sweep, database.Sweep);
        services.TryAddKeyedSingleton(ConnectionPurpose.StreamOrLock, database.StreamOrLock);
        return services.AddSwathPersistence(database.Interactive);
    }

    /// <summary>The same with one pool for all purposes.</summary>
    public static IServiceCollection AddSwathPersistence(this IServiceCollection services, NpgsqlDataSource database)
    {
        ArgumentNullException.ThrowIfNull(database);
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton(database);
        services.AddConnectionPurposes();
        services.TryAddSingleton<DatabaseReturn>();
        services.TryAddSingleton<NotificationSender>();
        services.TryAddSingleton<JobReader>();
        services.TryAddSingleton<DepartedJobs>();
        services.TryAddSingleton<CommandLosses>();
        services.TryAddSingleton<TileResultStore>();
        return services;
    }

    /// <summary>Where a container has been given one pool only, it serves every <see cref="ConnectionPurpose"/>.</summary>
    internal static IServiceCollection AddConnectionPurposes(this IServiceCollection services)
    {
        // The pool itself and no factory: a container disposes what its factories return.
        if (services.LastOrDefault(service => service.ServiceType == typeof(NpgsqlDataSource) && !service.IsKeyedService)?.ImplementationInstance is not NpgsqlDataSource database)
            return services;
        foreach (var purpose in Enum.GetValues<ConnectionPurpose>())
            services.TryAddKeyedSingleton(purpose, database);
        return services;
    }
}
