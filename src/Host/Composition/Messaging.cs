using MassTransit;
using MassTransit.Middleware;
using Swath.Contracts;
using Swath.Host.Composition.Transports;
using Swath.Intake;
using Swath.Intake.Measuring;
using Swath.Intake.Submitting;
using Swath.Persistence.EventSourcing;
using Swath.Persistence.Outages;
using Swath.Scheduler;
using Swath.Scheduler.Jobs;
using Swath.Worker;
using Swath.Worker.Assembly;

namespace Swath.Host.Composition;

/// <summary>The consumers of a process's roles, and what happens when one fails; the same on every transport.</summary>
internal static class Messaging
{
    private const int SagaPrefetch = 128;

    /// <summary>
    /// When a message is tried again, besides while the database is away. What is still wrong after these is wrong for good: the job fails with the
    /// reason (CommandFaultConsumer).
    /// </summary>
    public static IReadOnlyList<RetryRule> Retries { get; } =
    [
        RetryRule.Never<UnexpectedEventException>(),
        RetryRule.Never<TableAndFoldDisagreeException>(),
        RetryRule.Never<RequestRefusedException>(),
        RetryRule.Conflicts(10),
        CalculateRegionsConsumer.Retry,
        RetryRule.For<CheckpointsChangedException>(8, TimeSpan.FromMilliseconds(200), TimeSpan.FromSeconds(30)),
        RetryRule.Others(4),
    ];

    public static void Add(IBusRegistrationConfigurator bus, SwathProcessOptions options)
    {
        bus.SetKebabCaseEndpointNameFormatter();
        if (options.Roles.HasFlag(Roles.Scheduler))
            AddScheduler(bus);
        if (options.StandIns is { } standIns)
            standIns(bus);
        else
            AddIntakeAndWorker(bus, options.Roles);
        bus.AddConfigureEndpointsCallback((services, name, endpoint) =>
        {
            endpoint.UseEventSourcedRetry(services.GetRequiredService<DatabaseReturn>(), Retries);
            ConfigureFaults(endpoint);

            // All that Swath says to itself is sent: a queue that is bound to a message's type takes it from anybody who may publish.
            if (!Subscribes(name))
            {
                endpoint.ConfigureConsumeTopology = false;
                endpoint.LeaveNewerMessages(services);
            }

            options.Transport.Configure(name, endpoint);
        });
        options.Transport.Use(bus, options.Roles);
    }

    /// <summary>What has failed for good becomes a fault and goes to the fault queue; what was only cut short goes back.</summary>
    public static void ConfigureFaults(IReceivePipelineConfigurator endpoint) => endpoint.ConfigureError(failed =>
    {
        failed.UseFilter(new GiveBackWhenStopping());
        failed.UseFilter(new GenerateFaultFilter());
        failed.UseFilter(new ErrorTransportFilter());
    });

    // Requests from outside, and the faults that MassTransit publishes.
    private static bool Subscribes(string queue) => queue == Queues.ImageRequests.AbsolutePath || queue == FaultQueueNames.CommandFaults;

    private static void AddIntakeAndWorker(IBusRegistrationConfigurator bus, Roles roles)
    {
        if (roles.HasFlag(Roles.Intake))
            bus.AddIntakeConsumers();
        if (roles.HasFlag(Roles.Worker))
            bus.AddWorkerConsumers();
    }

    private static void AddScheduler(IBusRegistrationConfigurator bus)
    {
        bus.AddSagaStateMachine<ImageJobStateMachine, ImageJobSaga>()
            .EventSourcedRepository<ImageJobSaga, ImageJob>(ImageJobStream.Configure)
            .Endpoint(endpoint =>
            {
                endpoint.Name = Queues.ImageJob.AbsolutePath;

                // A message that waits for its commit holds a place; commits are grouped, so many should wait together.
                endpoint.PrefetchCount = SagaPrefetch;
            });
        bus.AddSchedulerConsumers();
    }
}
