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
    public static IServiceCollection AddSwathPersistence(this IServiceCollection services, NpgsqlDataSource database)
    {
        ArgumentNullException.ThrowIfNull(database);
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton(database);
        services.TryAddSingleton<DatabaseReturn>();
        services.TryAddSingleton<NotificationSender>();
        services.TryAddSingleton<JobReader>();
        services.TryAddSingleton<DepartedJobs>();
        services.TryAddSingleton<CommandLosses>();
        services.TryAddSingleton<TileResultStore>();
        return services;
    }
}
