using MassTransit;

namespace Swath.Host.Composition.Transports;

/// <summary>What carries messages from role to role. One transport, one file; <see cref="TransportChoice"/> knows them all.</summary>
internal interface ITransport
{
    /// <summary>Its name as <c>SWATH_TRANSPORT</c> has it.</summary>
    string Name { get; }

    /// <summary>True where it lives in the process: messages die with it, and all roles must run in it.</summary>
    bool LivesInProcess { get; }

    /// <summary>True where all messages of a job come to one process for as long as that lives, so that what it remembers of the job is up to date.</summary>
    bool KeepsJobsTogether { get; }

    /// <summary>Makes it the bus's transport.</summary>
    /// <param name="bus">The bus, with the consumers of the roles.</param>
    /// <param name="roles">Those of the process.</param>
    void Use(IBusRegistrationConfigurator bus, Roles roles);

    /// <summary>What it needs of a queue beyond what all transports have.</summary>
    /// <param name="name">The queue's name.</param>
    /// <param name="endpoint">The endpoint that consumes it.</param>
    void Configure(string name, IReceiveEndpointConfigurator endpoint);

    /// <summary>Adds what looks after the transport, in the processes with the scheduler's role.</summary>
    void AddUpkeep(IServiceCollection services)
    {
    }

    /// <summary>Where it takes messages for <c>queue:name</c>.</summary>
    /// <param name="queue">The queue that they are for.</param>
    /// <param name="jobId">The job that they are about; null when that is not known.</param>
    Uri Route(Uri queue, Guid? jobId);

    /// <summary>What it wants to know with a message about a job, beside its address.</summary>
    void Mark(SendContext message, Guid? jobId)
    {
    }

    /// <summary>The messages that failed for good; null where it keeps none.</summary>
    IFaultQueues? Faults { get; }
}
