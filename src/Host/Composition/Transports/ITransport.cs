using MassTransit;

namespace Swath.Host.Composition.Transports;

/// <summary>What carries messages from role to role. One transport, one file; <see cref="TransportChoice"/> knows them all.</summary>
internal interface ITransport
{
    /// <summary>Its name as <c>SWATH_TRANSPORT</c> has it.</summary>
    string Name { get; }

    /// <summary>True where it lives in the process: messages die with it, and all roles must run in it.</summary>
    bool LivesInProcess { get; }

    /// <summary>Makes it the bus's transport.</summary>
    void Use(IBusRegistrationConfigurator bus);

    /// <summary>What it needs of a queue beyond what all transports have.</summary>
    /// <param name="name">The queue's name.</param>
    /// <param name="endpoint">The endpoint that consumes it.</param>
    void Configure(string name, IReceiveEndpointConfigurator endpoint);

    /// <summary>Adds what looks after the transport, in the processes with the scheduler's role.</summary>
    void AddUpkeep(IServiceCollection services)
    {
    }

    /// <summary>Where it takes messages for <c>queue:name</c>.</summary>
    Uri Route(Uri queue);

    /// <summary>The messages that failed for good; null where it keeps none.</summary>
    IFaultQueues? Faults { get; }
}
