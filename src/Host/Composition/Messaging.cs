using MassTransit;
using MassTransit.Middleware;
using Npgsql;
using Swath.Contracts;
using Swath.Host.Composition.Transports;
using Swath.Intake;
using Swath.Intake.Submitting;
using Swath.Persistence.EventSourcing;
using Swath.Scheduler;
using Swath.Scheduler.Jobs;
using Swath.Worker;

namespace Swath.Host.Composition;

/// <summary>The consumers of a process's roles, and what happens when one fails; the same on every transport.</summary>
internal static class Messaging
{
    private const int SagaPrefetch = 128;

    // A thousand times up to 15 s: for hours. A database that is away must not turn into failed jobs.
    private const int TransientRetries = 1000;

    public static void Add(IBusRegistrationConfigurator bus, SwathProcessOptions options)
    {
        bus.SetKebabCaseEndpointNameFormatter();
        if (options.Roles.HasFlag(Roles.Intake))
            bus.AddIntakeConsumers();
        if (options.Roles.HasFlag(Roles.Scheduler))
            AddScheduler(bus);
        if (options.Roles.HasFlag(Roles.Worker))
            bus.AddWorkerConsumers();
        bus.AddConfigureEndpointsCallback((name, endpoint) =>
        {
            endpoint.UseMessageRetry(retry => retry
                .Exponential(TransientRetries, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(15), TimeSpan.FromSeconds(1))
                .Handle<NpgsqlException>(failure => failure.IsTransient));

            // What is still wrong after these is wrong for good: the job fails with the reason (CommandFaultConsumer).
            endpoint.UseMessageRetry(retry => retry.Exponential(4, TimeSpan.FromMilliseconds(200), TimeSpan.FromSeconds(5), TimeSpan.FromMilliseconds(200))
                .Ignore(typeof(UnexpectedEventException), typeof(TableAndFoldDisagreeException), typeof(RequestRefusedException)));
            endpoint.UseEventSourcedRetry();
            ConfigureFaults(endpoint);

            // All that Swath says to itself is sent: a queue that is bound to a message's type takes it from anybody who may publish.
            if (!Subscribes(name))
                endpoint.ConfigureConsumeTopology = false;
            options.Transport.Configure(name, endpoint);
        });
        options.Transport.Use(bus);
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
