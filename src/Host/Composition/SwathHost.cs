using MassTransit;
using Microsoft.Extensions.Logging.Console;
using Swath.Contracts;
using Swath.Endpoints;
using Swath.Intake;
using Swath.Intake.Api;
using Swath.Intake.Measuring;
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
    public static WebApplication Build(SwathDatabase database, SwathProcessOptions options)
    {
        var builder = WebApplication.CreateSlimBuilder();
        ConfigureLogging(builder.Logging, options);
        if (options.ApiUrl is not null)
            builder.WebHost.UseUrls(options.ApiUrl);
        else
            builder.WebHost.UseUrls("http://127.0.0.1:0");

        builder.Services.AddSingleton(TimeProvider.System);
        builder.Services.AddSwathPersistence(database.DataSource);
        builder.Services.Configure<OutboxOptions>(outbox => outbox.TransportForgets = true);
        builder.Services.AddSwathEndpoints();
        builder.Services.AddSwathIntake();
        builder.Services.AddSwathScheduler();
        builder.Services.AddSwathWorker();
        builder.Services.AddMassTransit(AddMessaging);

        var app = builder.Build();
        app.MapJobs();
        return app;
    }

    private static void AddMessaging(IBusRegistrationConfigurator bus)
    {
        bus.SetKebabCaseEndpointNameFormatter();
        bus.AddConsumer<CalculateRegionsConsumer>();
        bus.AddSagaStateMachine<ImageJobStateMachine, ImageJobSaga>()
            .EventSourcedRepository<ImageJobSaga, ImageJob>(ImageJobStream.Configure)
            .Endpoint(endpoint => endpoint.Name = Queues.ImageJob);
        bus.AddSchedulerConsumers();
        bus.AddWorkerConsumers();
        bus.UsingInMemory((context, transport) => transport.ConfigureEndpoints(context));
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
