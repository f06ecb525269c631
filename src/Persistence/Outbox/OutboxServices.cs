using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Npgsql;
using Swath.Persistence.EventSourcing;
using Swath.Persistence.Notifications;

namespace Swath.Persistence.Outbox;

/// <summary>Registers the outbox.</summary>
public static class OutboxServices
{
    /// <summary>Registers <see cref="IOutbox"/>. Needs an <see cref="NpgsqlDataSource"/> and no bus.</summary>
    public static IServiceCollection AddSwathOutbox(this IServiceCollection services, Action<OutboxOptions>? configure = null)
    {
        var options = services.AddOptions<OutboxOptions>()
            .Validate(o => o.BatchSize is >= 1 and <= 10_000, "OutboxOptions.BatchSize must be 1 to 10 000.")
            .Validate(o => o.SweepInterval > TimeSpan.Zero && o.PurgeInterval > TimeSpan.Zero && o.RedeliverAfter > TimeSpan.Zero,
                "OutboxOptions.SweepInterval, PurgeInterval and RedeliverAfter must be above zero.");
        if (configure is not null)
            options.Configure(configure);
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton<IOutbox, PostgresOutbox>();
        services.AddConnectionPurposes();
        services.TryAddSingleton<NotificationSender>();
        return services;
    }

    /// <summary>
    /// Delivers the outbox and what dead processes left behind, in a process that has a started bus. Register it after MassTransit.
    /// Where <see cref="OutboxOptions.TransportForgets"/>, everything that unfinished jobs sent is delivered again at the start.
    /// </summary>
    public static IServiceCollection AddSwathOutboxDelivery(this IServiceCollection services, Action<OutboxOptions>? configure = null)
    {
        services.AddSwathOutbox(configure);
        services.TryAddSingleton<OutboxDispatcher>();
        services.TryAddSingleton<UndeliveredMessageSweeper>();
        services.TryAddSingleton<OutboxSignal>();
        services.TryAddSingleton(s => new OutboxRecovery(s.GetRequiredService<NpgsqlDataSource>(), s.GetRequiredService<UndeliveredMessageSweeper>(),
            s.GetRequiredService<OutboxDispatcher>(), s.GetService<StreamModel>(), s.GetRequiredService<TimeProvider>()));
        services.TryAddSingleton(s => new UnacknowledgedMessageRequeuer(s.GetRequiredService<NpgsqlDataSource>(), s.GetService<StreamModel>(),
            s.GetRequiredService<TimeProvider>(), s.GetRequiredService<IOptions<OutboxOptions>>(), s.GetRequiredService<ILogger<UnacknowledgedMessageRequeuer>>()));
        services.TryAddSingleton(s => new UnansweredSweep(s.GetRequiredService<NpgsqlDataSource>(), s.GetService<StreamModel>(),
            s.GetRequiredService<TimeProvider>(), s.GetRequiredService<IOptions<OutboxOptions>>(), s.GetRequiredService<ILogger<UnansweredSweep>>()));
        services.TryAddSingleton(s => new OutboxPurger(s.GetRequiredService<NpgsqlDataSource>(), s.GetService<StreamModel>(),
            s.GetRequiredService<TimeProvider>(), s.GetRequiredService<IOptions<OutboxOptions>>()));
        services.AddHostedService(s => s.GetRequiredService<OutboxSignal>());
        services.AddHostedService<OutboxDelivery>();
        services.AddHostedService<OutboxCleaner>();
        return services;
    }
}
