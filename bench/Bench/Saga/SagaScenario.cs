using MassTransit;
using Swath.Contracts;
using Swath.Persistence.EventSourcing;
using Swath.Scheduler.Jobs;

namespace Swath.Bench.Saga;

/// <summary>What is measured: the real saga, and the messages that take one job through it. The commands that it sends are taken and dropped.</summary>
internal static class SagaScenario
{
    private const string Worker = "bench";

    public static readonly Uri SagaQueue = Queues.ImageJob;

    /// <summary>The saga on the event-sourced repository, or on MassTransit's in-memory one.</summary>
    public static void AddSaga(IBusRegistrationConfigurator bus, bool eventSourced)
    {
        var saga = bus.AddSagaStateMachine<ImageJobStateMachine, ImageJobSaga>();
        if (eventSourced)
            saga.EventSourcedRepository<ImageJobSaga, ImageJob>(ImageJobStream.Configure);
        else
            saga.InMemoryRepository();
        saga.Endpoint(e => e.Name = Queues.ImageJob.AbsolutePath);
        bus.AddConsumer<Sink<CalculateRegions>>().Endpoint(e => e.Name = Name(Queues.CalculateRegions));
        bus.AddConsumer<Sink<SelectVariant>>().Endpoint(e => e.Name = Name(Queues.SelectVariant));
        bus.AddConsumer<Sink<AssembleResult>>().Endpoint(e => e.Name = Name(Queues.AssembleResult));
        bus.AddConsumer<Sink<ProcessRegion>>().Endpoint(e => e.Name = WorkerQueue.NameOf(Worker));
    }

    /// <summary>The six messages of a job with one region, in order; each one is a transition.</summary>
    public static object[] Messages(Guid jobId) =>
    [
        new ImageRequested
        {
            JobId = jobId,
            JobName = "harbour",
            ImageUrl = "s3://images/harbour/2026-11-21/scene-0042.tif",
            Endpoint = new ModelEndpoint { Name = "http://models.example/ships" },
            Outputs = [OutputSink.ToFile("/results/harbour.geojson")],
        },
        new RegionsCalculated
        {
            JobId = jobId,
            Image = new ImageHeader { Width = 10_000, Height = 10_000, Bands = 3, SampleType = "Byte", Driver = "GTiff", Georeferencing = Georeferencing.Affine },
            Regions = [new ImageRegion(0, new PixelWindow(0, 0, 10_000, 10_000), 121)],
        },
        new VariantSelected { JobId = jobId, TileWorkersPerRegion = 4 },
        new CapacityReserved { JobId = jobId, Load = 4, Placements = [new RegionPlacement(0, Worker, 1)] },
        new RegionCompleted { JobId = jobId, RegionId = 0, Attempt = 1, WorkerId = Worker, TilesDone = 121, Features = 480 },
        new JobCompleted { JobId = jobId, Features = 471, Results = ["/results/harbour.geojson"] },
    ];

    private static string Name(Uri queue) => queue.AbsolutePath;

    /// <summary>Takes a command and does nothing.</summary>
    internal sealed class Sink<T> : IConsumer<T> where T : class
    {
        public Task Consume(ConsumeContext<T> context) => Task.CompletedTask;
    }
}
