using MassTransit;
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
    /// <summary>Registers <see cref="IOutbox"/>. Needs an <see cref="NpgsqlDataSource"/> and no bus: processes that have one deliver.</summary>
    public static IServiceCollection AddSwathOutbox(this IServiceCollection services, Action<OutboxOptions>? configure = null)
    {
        var options = services.AddOptions<OutboxOptions>()
            .Validate(o => o.BatchSize is >= 1 and <= 10_000, "OutboxOptions.BatchSize must be 1 to 10 000.")
            .Validate(o => o.SweepInterval > TimeSpan.Zero && o.AskAgainAfter > TimeSpan.Zero, "OutboxOptions.SweepInterval and AskAgainAfter must be above zero.");
        if (configure is not null)
            options.Configure(configure);
        services.AddPendingMessages();
        services.TryAddSingleton<IOutbox, PostgresOutbox>();
        services.TryAddSingleton(s => new UndeliveredMessages(s.GetRequiredService<NpgsqlDataSource>(), s.GetRequiredService<PendingMessages>()));
        return services;
    }

    /// <summary>The same in a process that has a bus: it delivers its own messages itself, from memory.</summary>
    public static IServiceCollection AddSwathOutboxWithBus(this IServiceCollection services, Action<OutboxOptions>? configure = null)
    {
        services.AddSwathOutbox(configure);
        services.AddMessageLog();
        services.AddReceiveObserver(s => new ConsumedMessages(s.GetRequiredService<MessageLog>()));
        return services;
    }

    /// <summary>
    /// The same, and delivers what other processes leave to it: those without a bus, and those that are gone. Register it after MassTransit. Where
    /// <see cref="OutboxOptions.TransportForgets"/>, what the last process had in hand is delivered at the start.
    /// </summary>
    public static IServiceCollection AddSwathOutboxDelivery(this IServiceCollection services, Action<OutboxOptions>? configure = null)
    {
        services.AddSwathOutboxWithBus(configure);
        services.TryAddSingleton<PendingDelivery>();
        services.TryAddSingleton<OutboxSignal>();
        services.TryAddSingleton(s => new EarlierOutbox(Sweep(s), s.GetRequiredService<PendingMessages>(), s.GetService<StreamModel>()));
        services.TryAddSingleton(s => new UnansweredCommands(
            Sweep(s), s.GetService<StreamModel>(), s.GetRequiredService<IBusControl>(), s.GetRequiredService<MessageLog>(),
            s.GetRequiredService<TimeProvider>(), s.GetRequiredService<IOptions<OutboxOptions>>(), s.GetRequiredService<ILogger<UnansweredCommands>>()));
        services.AddHostedService(s => s.GetRequiredService<OutboxSignal>());
        services.AddHostedService<OutboxDelivery>();
        return services;
    }

    /// <summary>What a process needs that delivers what it writes.</summary>
    internal static void AddMessageLog(this IServiceCollection services)
    {
        services.AddPendingMessages();
        services.TryAddSingleton<MessageLog>();
        services.TryAddSingleton<LeftMessages>();
        services.TryAddSingleton<OwnMessages>();
    }

    private static NpgsqlDataSource Sweep(IServiceProvider services) =>
        services.GetKeyedService<NpgsqlDataSource>(ConnectionPurpose.Sweep) ?? services.GetRequiredService<NpgsqlDataSource>();

    private static void AddPendingMessages(this IServiceCollection services)
    {
        services.AddOptions();
        services.AddLogging();
        services.AddConnectionPurposes();
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton<NotificationSender>();
        services.TryAddSingleton<PendingMessages>();
    }
}
