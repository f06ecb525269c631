using MassTransit;
using MassTransit.Configuration;
using MassTransit.Saga;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Npgsql;
using Swath.Persistence.Outages;
using Swath.Persistence.Outbox;

namespace Swath.Persistence.EventSourcing;

/// <summary>Registers event-sourced sagas.</summary>
public static class EventSourcedRepositoryExtensions
{
    /// <summary>
    /// Keeps the sagas of a state machine as event streams in PostgreSQL. Needs an <see cref="NpgsqlDataSource"/> in the container.
    /// <code>.EventSourcedRepository((EventStreamConfigurator&lt;ImageJob&gt; r) => r.Event&lt;ImageRequested&gt;("image-requested")...)</code>
    /// </summary>
    /// <exception cref="EventStoreException">The declaration contradicts itself.</exception>
    public static ISagaRegistrationConfigurator<TSaga> EventSourcedRepository<TSaga, TState>(
        this ISagaRegistrationConfigurator<TSaga> saga, Action<EventStreamConfigurator<TState>> configure)
        where TSaga : EventSourcedSaga<TState>, new()
        where TState : class, IFold<TState>
    {
        ArgumentNullException.ThrowIfNull(saga);
        return saga.Repository(services =>
        {
            services.AddEventStream(configure);
            services.AddMessageLog();
            services.TryAddSingleton<EventStore<TState>>();
            services.TryAddSingleton<StartingMessages<TSaga>>();
            services.RegisterLoadSagaRepository<TSaga, EventSourcedRepositoryContextFactory<TSaga, TState>>();
            services.RegisterSagaRepository<TSaga, EventStore<TState>, SagaConsumeContextFactory<EventStore<TState>, TSaga>,
                EventSourcedRepositoryContextFactory<TSaga, TState>>();
        });
    }

    /// <summary>Registers the stream alone, without a bus: enough for <see cref="SagaReplay"/>, <see cref="SagaVerify"/> and <see cref="EventHistory"/>.</summary>
    public static IServiceCollection AddEventStream<TState>(this IServiceCollection services, Action<EventStreamConfigurator<TState>> configure)
        where TState : class, IFold<TState>
    {
        ArgumentNullException.ThrowIfNull(configure);
        var configurator = new EventStreamConfigurator<TState>();
        configure(configurator);
        var model = configurator.Build();
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton(model);
        services.TryAddSingleton<StreamModel>(model);
        services.TryAddSingleton<DatabaseReturn>();
        services.TryAddSingleton<LeftToNewerRelease>();
        services.TryAddSingleton<SagaReplay>();
        services.TryAddSingleton<SagaVerify>();
        services.TryAddSingleton<EventHistory>();
        return services;
    }

    /// <summary>
    /// Tries messages again: while the database is away, for as long as that lasts; after other failures, as the rules say. Put it on every endpoint,
    /// and no other retry around or inside it.
    /// </summary>
    /// <param name="endpoint">The receive endpoint, or the endpoint callback's configurator.</param>
    /// <param name="database">Where messages wait for the database; null to try by the clock alone.</param>
    /// <param name="rules">In the order in which they are asked; conflicts with other processes, ten times, when there are none.</param>
    public static void UseEventSourcedRetry(this IConsumePipeConfigurator endpoint, DatabaseReturn? database = null, params IReadOnlyList<RetryRule> rules) =>
        endpoint.UseMessageRetry(retry => retry.SetRetryPolicy(_ => new MessageRetryPolicy(database, rules.Count > 0 ? rules : [RetryRule.Conflicts(10)])));

    /// <summary>
    /// Makes the messages of the stream say their schema version, and lifts those that older releases sent. Where no stream is registered, nothing changes.
    /// </summary>
    public static void UseSchemaVersions(this IBusFactoryConfigurator bus, IServiceProvider services)
    {
        ArgumentNullException.ThrowIfNull(bus);
        if (services.GetService<StreamModel>() is not { } model)
            return;
        bus.ConfigureSend(model.Types.Stamp);
        bus.AddDeserializer(new LiftingDeserializer(model.Types));
    }

    /// <summary>Leaves messages of newer releases to processes of those. For queues that Swath alone writes to: at others such a message is a fault.</summary>
    public static void LeaveNewerMessages(this IReceiveEndpointConfigurator endpoint, IServiceProvider services)
    {
        ArgumentNullException.ThrowIfNull(endpoint);
        if (services.GetService<StreamModel>() is { } model)
            endpoint.ConfigureReceive(pipe => pipe.UseFilter(new NewerMessageFilter(model.Types, services.GetRequiredService<LeftToNewerRelease>())));
    }
}
