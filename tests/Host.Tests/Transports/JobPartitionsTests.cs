using System.Diagnostics.Metrics;
using MassTransit;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Swath.Contracts;
using Swath.Endpoints;
using Swath.Host.Composition;
using Swath.Host.Composition.Transports;
using Swath.Persistence;
using Swath.Persistence.Outbox;
using Swath.Scheduler;
using Swath.Testing;

namespace Swath.Host.Tests.Transports;

/// <summary>Several schedulers on one database and one broker: the messages of a job come to one of them.</summary>
public sealed class JobPartitionsTests(RabbitMqFixture broker, DatabaseFixture database) : IClassFixture<RabbitMqFixture>, IClassFixture<DatabaseFixture>
{
    private const int Schedulers = 4;
    private const int Jobs = 60;
    private const int Regions = 12;
    private static readonly TimeSpan Glance = TimeSpan.FromMilliseconds(20);

    [SkippableFact]
    public async Task FourSchedulers_JobsOfManyRegions_MeetLessThanOneConflictInAThousandEvents()
    {
        var transport = new RabbitMqTransport(broker.Address());
        using var conflicts = new ConflictCount();
        var schedulers = await Task.WhenAll(Enumerable.Range(0, Schedulers).Select(_ => StartAsync(transport)));
        var ids = Enumerable.Range(0, Jobs).Select(_ => Guid.NewGuid()).ToArray();

        await SendAsync(schedulers, transport, ids, 1, (id, _) => Request(id));
        await EventsAsync(ids, 1);
        await SendAsync(schedulers, transport, ids, 1, (id, _) => Measured(id));
        await EventsAsync(ids, 3); // The variant is the scheduler's own answer.
        await SendAsync(schedulers, transport, ids, 1, (id, _) => Reserved(id));
        await EventsAsync(ids, 4);
        await SendAsync(schedulers, transport, ids, Regions, (id, region) => new RegionCompleted { JobId = id, RegionId = region, Attempt = 1, WorkerId = "w", TilesDone = 1, Features = 1 });
        await EventsAsync(ids, 4 + Regions);
        await SendAsync(schedulers, transport, ids, 1, (id, _) => new JobCompleted { JobId = id, Features = Regions, Results = ["a.geojson"] });
        await EventsAsync(ids, 5 + Regions);

        var (count, events) = (conflicts.Value, Jobs * (5 + Regions));
        foreach (var scheduler in schedulers)
            await StopAsync(scheduler);
        Assert.True(count * 1000 < events, $"{count} conflicts in {events} events of {Schedulers} schedulers");
    }

    [SkippableFact]
    public async Task Scheduler_ThatDies_LeavesItsPartsToTheNext()
    {
        var transport = new RabbitMqTransport(broker.Address());
        var first = await StartAsync(transport);
        await using var second = await StartAsync(transport);
        var ids = Enumerable.Range(0, JobPartitions.Count * 2).Select(_ => Guid.NewGuid()).ToArray();
        await SendAsync([second], transport, ids, 1, (id, _) => Request(id));
        await ReachedAsync(ids, 1);

        await StopAsync(first);
        await SendAsync([second], transport, ids, 1, (id, _) => new CancelJob { JobId = id });

        await ReachedAsync(ids, 2);
        await second.GetRequiredService<IBusControl>().StopAsync(Trial.Deadline());
    }

    /// <summary>What a process of the release before sends, and what it sent to nobody before the upgrade.</summary>
    [SkippableFact]
    public async Task UndividedQueue_OfTheReleaseBefore_IsStillConsumed()
    {
        var transport = new RabbitMqTransport(broker.Address());
        var id = Guid.NewGuid();
        await using (var old = await Trial.StartAsync(transport, "old", _ => Task.CompletedTask))
            await (await old.Bus.GetSendEndpoint(Queues.ImageJob)).Send(Request(id), Trial.Deadline());

        await using var scheduler = await StartAsync(transport);

        await ReachedAsync([id], 1);
        await scheduler.GetRequiredService<IBusControl>().StopAsync(Trial.Deadline());
    }

    [Fact]
    public void Of_IdsInTheOrderOfTime_AreSpreadOverAllParts()
    {
        var moment = new DateTimeOffset(2026, 11, 21, 12, 0, 0, TimeSpan.Zero);
        foreach (var ids in (IEnumerable<Guid>[])
            [
                Enumerable.Range(0, 16_000).Select(n => Guid.CreateVersion7(moment.AddMilliseconds(n))),
                NewId.Next(16_000).Select(id => id.ToGuid()),
                Enumerable.Range(0, 16_000).Select(n => new Guid(n, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0)),
            ])
        {
            var parts = ids.GroupBy(JobPartitions.Of).ToDictionary(part => part.Key, part => part.Count());

            Assert.Equal(JobPartitions.Names.Order(StringComparer.Ordinal), parts.Keys.Order(StringComparer.Ordinal));
            Assert.All(parts.Values, count => Assert.InRange(count, 500, 1500));
        }
    }

    private async Task<ServiceProvider> StartAsync(RabbitMqTransport transport)
    {
        // Else MassTransit keeps the first process's for all that this one starts, and that one is stopped before the others.
        LogContext.ConfigureCurrentLogContext(NullLoggerFactory.Instance);
        var services = new ServiceCollection()
            .AddLogging(log => log.SetMinimumLevel(LogLevel.None))
            .AddSwathPersistence(database.DataSource)
            .AddSwathOutbox(outbox => outbox.Route = transport.Route)
            .AddSwathEndpoints()
            .AddSwathScheduler()
            .Configure<MassTransitHostOptions>(bus => (bus.ConsumerStopTimeout, bus.StopTimeout) = (TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(5)))
            .AddMassTransit(bus => Messaging.Add(bus, new SwathProcessOptions { Transport = transport, Roles = Roles.Scheduler }))
            .BuildServiceProvider();
        await services.GetRequiredService<IBusControl>().StartAsync(Trial.Deadline());
        return services;
    }

    private static async Task StopAsync(ServiceProvider scheduler)
    {
        await scheduler.GetRequiredService<IBusControl>().StopAsync(Trial.Deadline());
        await scheduler.DisposeAsync();
    }

    // From all processes at once, as the answers of many workers come.
    private static Task SendAsync(ServiceProvider[] senders, RabbitMqTransport transport, Guid[] jobs, int times, Func<Guid, int, object> message) =>
        Parallel.ForEachAsync(
            Enumerable.Range(0, times).SelectMany(n => jobs.Select(job => (job, n))).Index(),
            new ParallelOptions { MaxDegreeOfParallelism = 32, CancellationToken = Trial.Deadline() },
            async (sent, stop) =>
            {
                var (job, n) = sent.Item;
                var bus = senders[sent.Index % senders.Length].GetRequiredService<IBus>();
                await (await bus.GetSendEndpoint(transport.Route(Queues.ImageJob, job))).Send(message(job, n), stop);
            });

    private Task EventsAsync(Guid[] jobs, int ofEach) => UntilAsync("select count(*) from job_events where job_id = any($1)", jobs.Length * ofEach, jobs);

    private Task ReachedAsync(Guid[] jobs, int version) =>
        UntilAsync("select count(*) from job_events where version = $1 and job_id = any($2)", jobs.Length, version, jobs);

    private async Task UntilAsync(string query, long wanted, params object?[] parameters)
    {
        var deadline = Trial.Deadline();
        while (await database.Database.ScalarAsync<long>(query, parameters) != wanted)
            await Task.Delay(Glance, TimeProvider.System, deadline);
    }

    private static ImageRequested Request(Guid id) => new()
    {
        JobId = id,
        ImageUrl = "/data/a.tif",
        Endpoint = new ModelEndpoint { Name = "http://127.0.0.1:9/nobody" },
        Outputs = [OutputSink.ToFile("/data/a.geojson")],
    };

    private static RegionsCalculated Measured(Guid id) => new()
    {
        JobId = id,
        Image = new() { Width = 1024 * Regions, Height = 1024, Bands = 3, SampleType = "Byte", Driver = "GTiff", Georeferencing = Georeferencing.Affine },
        Regions = [.. Enumerable.Range(0, Regions).Select(region => new ImageRegion(region, new PixelWindow(1024 * region, 0, 1024, 1024), 1))],
    };

    private static CapacityReserved Reserved(Guid id) => new()
    {
        JobId = id,
        Load = Regions,
        Placements = [.. Enumerable.Range(0, Regions).Select(region => new RegionPlacement(region, "w", 1))],
    };

    /// <summary>What the schedulers of this process count.</summary>
    private sealed class ConflictCount : IDisposable
    {
        private readonly MeterListener _listener = new();
        private long _value;

        public ConflictCount()
        {
            _listener.InstrumentPublished = (instrument, listener) =>
            {
                if (instrument is { Name: "saga.conflicts", Meter.Name: "Swath.Persistence" })
                    listener.EnableMeasurementEvents(instrument);
            };
            _listener.SetMeasurementEventCallback<long>((_, measured, _, _) => Interlocked.Add(ref _value, measured));
            _listener.Start();
        }

        public long Value => Interlocked.Read(ref _value);

        public void Dispose() => _listener.Dispose();
    }
}
