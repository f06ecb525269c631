using MassTransit;
using Microsoft.Extensions.Logging.Console;
using Microsoft.Extensions.Options;
using Swath.Access;
using Swath.Contracts;
using Swath.Endpoints;
using Swath.Host.Composition.Health;
using Swath.Host.Composition.Transports;
using Swath.Host.Output;
using Swath.Imaging.Remote;
using Swath.Intake;
using Swath.Intake.Api;
using Swath.Intake.Measuring;
using Swath.Persistence;
using Swath.Persistence.Archive;
using Swath.Persistence.EventSourcing;
using Swath.Persistence.Outbox;
using Swath.Scheduler;
using Swath.Scheduler.Jobs;
using Swath.Worker;
using Swath.Worker.Sinks;

namespace Swath.Host.Composition;

/// <summary>The composition root: which services and consumers a process runs.</summary>
internal static class SwathHost
{
    // What stopping may take beside draining: closing the API, the bus, the last writes. With the default drain it makes less than 30 s,
    // after which container platforms kill.
    private static readonly TimeSpan StopBesideDrain = TimeSpan.FromSeconds(8);

    // Consumers (assembling, measuring) that still work when the drain is over are cut short, and their messages given back.
    private static readonly TimeSpan ConsumerStop = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan BusStop = TimeSpan.FromSeconds(5);

    // A backlog must not be taken for lost messages: a broker keeps them.
    private static readonly TimeSpan BrokerAskAgainAfter = TimeSpan.FromMinutes(5);

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
        web.Services.AddHostNames(options.ApiUrl);
        var app = web.Build();
        app.UseAnswerWhileDatabaseIsAway();
        app.MapSwathHealth();
        if (options.Roles.HasFlag(Roles.Intake))
            app.MapJobs();
        return app;
    }

    private static void AddServices(IHostApplicationBuilder builder, SwathDatabase database, SwathProcessOptions options)
    {
        ConfigureLogging(builder.Logging, options);
        var services = builder.Services;
        services.AddSingleton(TimeProvider.System);
        services.AddSwathPersistence(database.Connections);
        services.AddSwathAccess();
        services.PostConfigure<AccessOptions>(access => access.DataFolder = options.Paths.Data);
        services.AddSwathEndpoints();
        services.AddSingleton<IImageReadRoles, ImageReadRoles>();
        services.AddSwathSchedulerQueries();
        services.AddSwathHealth();

        // In every process that delivers, with the saga or without: it tells jobs that are over from others.
        services.AddEventStream<ImageJob>(stream =>
        {
            ImageJobStream.Configure(stream);
            if (!options.Transport.KeepsJobsTogether)
                stream.Options.CachedSagas = 0;
        });
        if (options.Roles.HasFlag(Roles.Intake))
            AddIntake(services, options);

        services.AddMassTransit(bus => Messaging.Add(bus, options));
        services.Configure<MassTransitHostOptions>(bus =>
        {
            // What is registered below starts when the queues are there: a worker that has joined must be able to receive.
            bus.WaitUntilStarted = true;
            bus.ConsumerStopTimeout = ConsumerStop;
            bus.StopTimeout = BusStop;
        });

        if (options.Roles.HasFlag(Roles.Scheduler))
        {
            services.AddSwathScheduler();
            services.AddJobArchiving(database.Connections.StreamOrLock);
            services.PostConfigure<ArchiveOptions>(archive => archive.Folder ??= options.Paths.Archive);
            services.AddSchedulerHealth();
            options.Transport.AddUpkeep(services);
        }

        if (options.Roles.HasFlag(Roles.Worker))
            AddWorker(services, options);

        // A worker delivers its own: what others leave, and what fails, is for those of whom there are few.
        if (options.Roles == Roles.Worker)
            services.AddSwathOutboxWithBus(outbox => ConfigureOutbox(outbox, options));
        else
            services.AddSwathOutboxDelivery(outbox => ConfigureOutbox(outbox, options));
    }

    private static void AddIntake(IServiceCollection services, SwathProcessOptions options)
    {
        // Its outputs are asked where images are measured, also when the worker is elsewhere.
        services.AddSwathSinks();
        services.AddSingleton<IOutputProbe>(provider => ActivatorUtilities.CreateInstance<OutputProbes>(provider, options.Transport));
        services.AddSwathIntake();
    }

    private static void AddWorker(IServiceCollection services, SwathProcessOptions options)
    {
        services.AddSwathWorker();
        services.AddOptions<HostOptions>().Configure<IOptions<WorkerOptions>>((host, worker) =>
        {
            host.ShutdownTimeout = worker.Value.DrainTime + StopBesideDrain;
            LongestEnd.AllowDrain(worker.Value.DrainTime);
        });

        // Workers that share a machine must not share a name.
        if (!options.Transport.LivesInProcess)
        {
            services.PostConfigure<WorkerOptions>(worker =>
            {
                if (!WorkerQueue.IsValidId(worker.Id))
                    worker.Id = WorkerName.OfThisProcess;
            });
        }
    }

    private static void ConfigureOutbox(OutboxOptions outbox, SwathProcessOptions options)
    {
        outbox.TransportForgets = options.Transport.LivesInProcess;
        outbox.Transport = options.Transport.Name;
        outbox.Route = (address, jobId) => options.Transport.Route(StoredAddress.Of(address), jobId);
        outbox.Mark = options.Transport.Mark;
        outbox.AsksAgain = options.Roles.HasFlag(Roles.Scheduler);
        if (!options.Transport.LivesInProcess)
            outbox.AskAgainAfter = BrokerAskAgainAfter;
    }

    private static void ConfigureLogging(ILoggingBuilder logging, SwathProcessOptions options)
    {
        logging.ClearProviders();
        logging.AddLogLines();
        logging.SetMinimumLevel(options.ConsoleLog ? LogLevel.Information : LogLevel.Warning);
        logging.AddFilter("MassTransit", LogLevel.Warning);
        logging.AddFilter("Microsoft", LogLevel.Warning);
        logging.Services.Configure<ConsoleLoggerOptions>(console => console.LogToStandardErrorThreshold = LogLevel.Warning);
    }
}
