using MassTransit;
using Swath.Persistence.EventSourcing;
using Swath.Persistence.Outbox;

namespace Swath.Host.Composition.Transports;

/// <summary>MassTransit's in-memory transport: no broker, one process. The outbox makes it crash-safe.</summary>
internal sealed class InMemoryTransport : ITransport
{
    public string Name => TransportChoice.InMemory;

    public bool LivesInProcess => true;

    // There is but one.
    public bool KeepsJobsTogether => true;

    public IFaultQueues? Faults => null;

    public void Use(IBusRegistrationConfigurator bus, Roles roles) => bus.UsingInMemory((context, memory) =>
    {
        memory.UseCompactJson();
        memory.UseSchemaVersions(context);
        memory.ConfigureEndpoints(context);
    });

    public void Configure(string name, IReceiveEndpointConfigurator endpoint)
    {
    }

    public Uri Route(Uri queue, Guid? jobId) => queue;
}
