using MassTransit;
using Swath.Contracts;
using Swath.Persistence.EventSourcing;
using Swath.Persistence.Outbox;
using Swath.Scheduler.Jobs;

namespace Swath.Host.Composition.Transports;

/// <summary>
/// RabbitMQ. Queues are durable and publishes confirmed. A worker's queue expires when the worker has been gone for a while, and its
/// exchange with it; what is sent to it later is dropped by the broker, as its regions belong to others by then. Each part of the saga's queue has a
/// single active consumer: the broker gives it to the next process when the one that has it is gone.
/// </summary>
internal sealed class RabbitMqTransport(Uri address) : ITransport
{
    // Longer than a restart or a network break, longer than a worker's lease: what is in an expired queue is stale for sure.
    private static readonly TimeSpan WorkerQueueExpiry = TimeSpan.FromMinutes(5);

    // As many as the other parts leave room for: all of them together feed one group commit.
    private const int PartitionPrefetch = 32;

    public string Name => TransportChoice.RabbitMq;

    public bool LivesInProcess => false;

    public bool KeepsJobsTogether => true;

    public void AddUpkeep(IServiceCollection services) =>
        services.AddHostedService(provider => new RetiredBindings(
            address, provider.GetRequiredService<TimeProvider>(), provider.GetRequiredService<ILogger<RetiredBindings>>()));

    public IFaultQueues Faults { get; } = new RabbitMqFaultQueues(address);

    public void Use(IBusRegistrationConfigurator bus, Roles roles) => bus.UsingRabbitMq((context, rabbit) =>
    {
        rabbit.Host(address, host =>
        {
            host.PublisherConfirmation = true;
            host.ConnectionName($"swath {Environment.MachineName} {Environment.ProcessId}");
        });
        rabbit.UseCompactJson();
        rabbit.UseSchemaVersions(context);
        rabbit.SendTopology.ErrorQueueNameFormatter = FaultQueueNames.Instance;
        rabbit.SendTopology.DeadLetterQueueNameFormatter = FaultQueueNames.Instance;
        rabbit.SendTopology.ConfigureErrorSettings = Keep;
        rabbit.SendTopology.ConfigureDeadLetterSettings = Keep;

        // Among them the saga's undivided queue: processes of the release before still send to it.
        rabbit.ConfigureEndpoints(context);
        if (roles.HasFlag(Roles.Scheduler))
            ConsumePartitions(context, rabbit);
    });

    public void Configure(string name, IReceiveEndpointConfigurator endpoint)
    {
        if (endpoint is not IRabbitMqReceiveEndpointConfigurator queue)
            return;
        if (JobPartitions.Contains(name))
        {
            queue.SingleActiveConsumer = true;
            queue.PrefetchCount = PartitionPrefetch;
        }

        if (!IsWorkers(name))
            return;

        // Together they make a queue that outlives its consumer for so long, and an exchange that goes with the queue.
        queue.QueueExpiration = WorkerQueueExpiry;
        queue.AutoDelete = true;

        // Regions are sent to one worker, never published: no exchange of the message needs to know it.
        queue.ConfigureConsumeTopology = false;
    }

    // Addressed as an exchange, a worker's queue is not made by the sender: a worker that is gone has none. A part of the saga's queue is, as its consumer would make it.
    public Uri Route(Uri queue, Guid? jobId) =>
        IsWorkers(queue.AbsolutePath) ? new Uri($"exchange:{queue.AbsolutePath}?autodelete=true")
        : queue == Queues.ImageJob && jobId is { } id ? new Uri($"queue:{JobPartitions.Of(id)}?singleactiveconsumer=true")
        : queue;

    private static void ConsumePartitions(IBusRegistrationContext context, IRabbitMqBusFactoryConfigurator rabbit)
    {
        foreach (var partition in JobPartitions.Names)
        {
            rabbit.ReceiveEndpoint(partition, queue =>
            {
                context.GetConfigureReceiveEndpoints().Configure(partition, queue);
                context.ConfigureSaga<ImageJobSaga>(queue);
            });
        }
    }

    private static bool IsWorkers(string name) => name.StartsWith(FaultQueueNames.WorkerPrefix, StringComparison.Ordinal);

    // A fault waits for a person, whatever becomes of the queue that it came from.
    private static void Keep(IRabbitMqQueueBindingConfigurator queue)
    {
        queue.QueueExpiration = null;
        queue.AutoDelete = false;
    }
}
