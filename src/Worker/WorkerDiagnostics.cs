using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace Swath.Worker;

/// <summary>What a worker tells OpenTelemetry. Names are stable: dashboards are built on them.</summary>
public static class WorkerDiagnostics
{
    /// <summary>Name of the activity source and of the meter.</summary>
    public const string Name = "Swath.Worker";

    internal static ActivitySource Activities { get; } = new(Name);

    internal static Meter Meter { get; } = new(Name);

    /// <summary>Tiles that ended, by <c>outcome</c>: done, unreadable, refused.</summary>
    internal static Counter<long> Tiles { get; } = Meter.CreateCounter<long>("swath.worker.tiles", "{tile}", "Tiles that ended, by outcome.");

    internal static Counter<long> Features { get; } = Meter.CreateCounter<long>("swath.worker.features", "{feature}", "Features that models returned.");

    /// <summary>Outputs of assembled jobs, by <c>outcome</c>: written, failed.</summary>
    internal static Counter<long> Outputs { get; } = Meter.CreateCounter<long>("swath.worker.outputs", "{output}", "Outputs of assembled jobs, by outcome.");

    internal static Counter<long> Dropped { get; } =
        Meter.CreateCounter<long>("swath.worker.features.dropped", "{feature}", "Features of models' answers that could not be used and were left out.");

    internal static UpDownCounter<long> InFlight { get; } =
        Meter.CreateUpDownCounter<long>("swath.worker.tiles.in_flight", "{tile}", "Tiles that are at a model right now.");

    internal static Histogram<double> CutSeconds { get; } = Meter.CreateHistogram<double>("swath.worker.cut.duration", "s", "Reading and encoding one tile.");

    internal static Histogram<double> InvokeSeconds { get; } =
        Meter.CreateHistogram<double>("swath.worker.invoke.duration", "s", "One tile's invocation with its retries.");

    internal static UpDownCounter<long> Regions { get; } =
        Meter.CreateUpDownCounter<long>("swath.worker.regions", "{region}", "Regions that this worker has in hand.");
}
