using MassTransit;
using Swath.Contracts;

namespace Swath.Bench.Load;

/// <summary>
/// Stand-ins for what takes a job's time outside of Swath's own books: images and models. Each does with the database what the consumer in whose
/// place it stands does, and answers at once.
/// </summary>
internal static class StandIns
{
    public const string WorkerId = "bench";

    private const string Held = "held";

    public static void Add(IBusRegistrationConfigurator bus)
    {
        Add<MeasuringStandIn>(bus, Queues.CalculateRegions.AbsolutePath);
        Add<RegionStandIn>(bus, WorkerQueue.NameOf(WorkerId));
        Add<AssemblyStandIn>(bus, Queues.AssembleResult.AbsolutePath);
    }

    /// <summary>The address of an image.</summary>
    /// <param name="regions">How many regions it has, 1 to 9.</param>
    /// <param name="held">True where its regions are begun and never end.</param>
    public static string ImageOf(int regions, bool held = false) => $"s3://images/harbour/2026-11-21/{(held ? Held : "scene")}-0042-{regions}.tif";

    /// <summary>How many regions the image at an address has.</summary>
    public static int RegionsOf(string image) => image[^5] - '0';

    /// <summary>Whether the regions of the image at an address never end.</summary>
    public static bool IsHeld(string image) => image.Contains(Held, StringComparison.Ordinal);

    private static void Add<T>(IBusRegistrationConfigurator bus, string queue) where T : class, IConsumer =>
        bus.AddConsumer<T>().Endpoint(e =>
        {
            e.Name = queue;

            // One that waits for the database holds a place.
            e.PrefetchCount = 128;
        });
}
