using MassTransit;
using Swath.Contracts;
using Swath.Persistence.Outbox;

namespace Swath.Host.Composition.Transports;

/// <summary>
/// RabbitMQ. Queues are durable and publishes confirmed. A worker's queue expires when the worker has been gone for a while, and its
/// exchange with it; what is sent to it later is dropped by the broker, as its regions belong to others by then.
/// </summary>
internal sealed class RabbitMqTransport(Uri address) : ITransport
{
    // Longer than a restart or a network break, longer than a worker's lease: what is in an expired queue is stale for sure.
    private static readonly TimeSpan WorkerQueueExpiry = TimeSpan.FromMinutes(5);

    public string Name => TransportChoice.RabbitMq;

    public bool LivesInProcess => false;

    public void AddUpkeep(IServiceCollection services) =>
        services.AddHostedService(provider => new RetiredBindings(
            address, provider.GetRequiredService<TimeProvider>(), provider.GetRequiredService<ILogger<RetiredBindings>>()));

    public IFaultQueues Faults { get; } = new RabbitMqFaultQueues(address);

    public void Use(IBusRegistrationConfigurator bus) => bus.UsingRabbitMq((context, rabbit) =>
    {
        rabbit.Host(address, host =>
        {
            host.PublisherConfirmation = true;
            host.ConnectionName($"swath {Environment.MachineName} {Environment.ProcessId}");
        });
        rabbit.UseCompactJson();
        rabbit.SendTopology.ErrorQueueNameFormatter = FaultQueueNames.Instance;
        rabbit.SendTopology.DeadLetterQueueNameFormatter = FaultQueueNames.Instance;
        rabbit.SendTopology.ConfigureErrorSettings = Keep;
        rabbit.SendTopology.ConfigureDeadLetterSettings = Keep;
        rabbit.ConfigureEndpoints(context);
    });

    public void Configure(string name, IReceiveEndpointConfigurator endpoint)
    {
        if (!IsWorkers(name) || endpoint is not IRabbitMqReceiveEndpointConfigurator queue)
            return;

        // Together they make a queue that outlives its consumer for so long, and an exchange that goes with the queue.
        queue.QueueExpiration = WorkerQueueExpiry;
        queue.AutoDelete = true;

        // Regions are sent to one worker, never published: no exchange of the message needs to know it.
        queue.ConfigureConsumeTopology = false;
    }

    // Addressed as an exchange, it is not made by the sender: a worker that is gone has no queue.
    public Uri Route(Uri queue) => IsWorkers(queue.AbsolutePath) ? new Uri($"exchange:{queue.AbsolutePath}?autodelete=true") : queue;

    private static bool IsWorkers(string name) => name.StartsWith(FaultQueueNames.WorkerPrefix, StringComparison.Ordinal);

    // A fault waits for a person, whatever becomes of the queue that it came from.
    private static void Keep(IRabbitMqQueueBindingConfigurator queue)
    {
        queue.QueueExpiration = null;
        queue.AutoDelete = false;
    }
}
