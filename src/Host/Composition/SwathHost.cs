using MassTransit;
using Microsoft.Extensions.Logging.Console;
using Npgsql;
using Swath.Contracts;
using Swath.Endpoints;
using Swath.Imaging.Remote;
using Swath.Intake;
using Swath.Intake.Api;
using Swath.Persistence;
using Swath.Persistence.EventSourcing;
using Swath.Persistence.Outbox;
using Swath.Scheduler;
using Swath.Scheduler.Jobs;
using Swath.Worker;

namespace Swath.Host.Composition;

/// <summary>The composition root: which services and consumers a process runs.</summary>
internal static class SwathHost
{
    private const int SagaPrefetch = 128;

    // A thousand times up to 15 s: for hours. A database that is away must not turn into failed jobs.
    private const int TransientRetries = 1000;

    private static readonly TimeSpan LongestShutdown = TimeSpan.FromSeconds(90);

    public static IHost Build(SwathDatabase database, SwathProcessOptions options)
    {
        if (options.ApiUrl is null)
        {
            var builder = Microsoft.Extensions.Hosting.Host.CreateApplicationBuilder();
            AddServices(builder, database, options);
            return builder.Build();
        }

        var web = WebApplication.CreateBuilder();
        web.WebHost.UseUrls(options.ApiUrl);
        AddServices(web, database, options);
        var app = web.Build();
        app.MapJobs();
        return app;
    }

    private static void AddServices(IHostApplicationBuilder builder, SwathDatabase database, SwathProcessOptions options)
    {
        ConfigureLogging(builder.Logging, options);
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = LongestShutdown);
        builder.Services.AddSingleton(TimeProvider.System);
        builder.Services.AddSwathPersistence(database.DataSource);
        builder.Services.AddSwathEndpoints();
        builder.Services.AddSingleton<IImageReadRoles, ImageReadRoles>();
        builder.Services.AddSwathIntake();
        builder.Services.AddSwathScheduler();
        builder.Services.AddSwathWorker();
        builder.Services.AddMassTransit(AddMessaging);

        // Behind MassTransit: it delivers through a bus that has started.
        builder.Services.AddSwathOutboxDelivery(outbox => outbox.TransportForgets = true);
    }

    private static void AddMessaging(IBusRegistrationConfigurator bus)
    {
        bus.SetKebabCaseEndpointNameFormatter();
        bus.AddIntakeConsumers();
        bus.AddSagaStateMachine<ImageJobStateMachine, ImageJobSaga>()
            .EventSourcedRepository<ImageJobSaga, ImageJob>(ImageJobStream.Configure)
            .Endpoint(endpoint =>
            {
                endpoint.Name = Queues.ImageJob;

                // A message that waits for its commit holds a place; commits are grouped, so many should wait together.
                endpoint.PrefetchCount = SagaPrefetch;
            });
        bus.AddSchedulerConsumers();
        bus.AddWorkerConsumers();
        bus.AddConfigureEndpointsCallback((_, endpoint) =>
        {
            endpoint.UseMessageRetry(retry => retry
                .Exponential(TransientRetries, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(15), TimeSpan.FromSeconds(1))
                .Handle<NpgsqlException>(failure => failure.IsTransient));

            // What is still wrong after these is wrong for good: the job fails with the reason (CommandFaultConsumer).
            endpoint.UseMessageRetry(retry => retry.Exponential(4, TimeSpan.FromMilliseconds(200), TimeSpan.FromSeconds(5), TimeSpan.FromMilliseconds(200))
                .Ignore(typeof(UnexpectedEventException), typeof(TableAndFoldDisagreeException)));
            endpoint.UseEventSourcedRetry();
        });
        bus.UsingInMemory((context, transport) =>
        {
            transport.UseCompactJson();
            transport.ConfigureEndpoints(context);
        });
    }

    private static void ConfigureLogging(ILoggingBuilder logging, SwathProcessOptions options)
    {
        logging.ClearProviders();
        logging.AddSimpleConsole(console =>
        {
            console.SingleLine = true;
            console.TimestampFormat = "HH:mm:ss.fff ";
            console.ColorBehavior = LoggerColorBehavior.Default;
        });
        logging.SetMinimumLevel(options.ConsoleLog ? LogLevel.Information : LogLevel.Warning);
        logging.AddFilter("MassTransit", LogLevel.Warning);
        logging.AddFilter("Microsoft", LogLevel.Warning);
        logging.Services.Configure<ConsoleLoggerOptions>(console => console.LogToStandardErrorThreshold = LogLevel.Warning);
    }
}
