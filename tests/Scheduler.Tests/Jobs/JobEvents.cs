using Swath.Contracts;
using Swath.Scheduler.Jobs;

namespace Swath.Scheduler.Tests.Jobs;

/// <summary>Events of one job for tests, and the jobs that they fold into.</summary>
internal static class JobEvents
{
    public static readonly DateTimeOffset Start = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    public static ImageRequested Requested(Guid id) => new()
    {
        JobId = id,
        ImageUrl = "harbour.tif",
        Endpoint = new() { Name = "http://127.0.0.1:8080/invocations" },
        Outputs = [OutputSink.ToFile("harbour.geojson"), new OutputSink { Type = OutputType.S3, Bucket = "bucket" }],
    };

    public static RegionsCalculated Measured(Guid id, int regions = 2, int tiles = 4) => new()
    {
        JobId = id,
        Image = new() { Width = 2048 * regions, Height = 2048, Bands = 3, SampleType = "Byte", Driver = "GTiff", Georeferencing = Georeferencing.Affine },
        Regions = [.. Enumerable.Range(0, regions).Select(i => new ImageRegion(i, new PixelWindow(2048 * i, 0, 2048, 2048), tiles))],
    };

    public static ImageRejected Rejected(Guid id) => new() { JobId = id, Reason = ImageRejection.NotFound, Detail = "No such file." };

    public static VariantSelected Selected(Guid id) => new() { JobId = id, TileWorkersPerRegion = 4 };

    public static CapacityReserved Reserved(Guid id, int attempt = 1, params int[] regions) => new()
    {
        JobId = id,
        Load = 8,
        Placements = [.. (regions.Length == 0 ? [0, 1] : regions).Select(region => new RegionPlacement(region, "w-1", attempt))],
    };

    public static RegionCompleted Completed(Guid id, int region, int attempt = 1, int done = 4, int failed = 0) => new()
    {
        JobId = id,
        RegionId = region,
        Attempt = attempt,
        WorkerId = "w-1",
        TilesDone = done,
        FailedTiles = [.. Enumerable.Range(0, failed).Select(i => new TileFailure(new PixelWindow(i, 0, 1, 1), "Unreadable."))],
        Features = done,
    };

    public static RegionFailed FailedRegion(Guid id, int region, int attempt = 1) =>
        new() { JobId = id, RegionId = region, Attempt = attempt, WorkerId = "w-1", Reason = "The image vanished." };

    public static RegionReassigned Reassigned(Guid id, int region, int attempt) =>
        new() { JobId = id, Placement = new(region, "w-2", attempt), Reason = "Worker w-1 lost its lease." };

    /// <summary>As releases said it that took one output for enough.</summary>
    public static JobCompleted AssembledOnce(Guid id, params string[] failedOutputs) => new() { JobId = id, Features = 8, Results = ["harbour.geojson"], FailedOutputs = failedOutputs };

    public static JobCompleted Assembled(Guid id) => Assembled(id, new OutputOutcome(0, "harbour.geojson"), new OutputOutcome(1, "s3://bucket/harbour.geojson"));

    public static JobCompleted Assembled(Guid id, string failedOutput) => Assembled(id, new OutputOutcome(0, "harbour.geojson"), new OutputOutcome(1, Failure: failedOutput));

    public static JobCompleted Assembled(Guid id, params OutputOutcome[] outputs) => new()
    {
        JobId = id,
        Features = 8,
        Results = [.. outputs.Select(output => output.Result).OfType<string>()],
        FailedOutputs = [.. outputs.Select(output => output.Failure).OfType<string>()],
        Outputs = outputs,
    };

    public static JobFailed NotAssembled(Guid id) => new() { JobId = id, Reason = "The disk is full." };

    public static ImageJob Fold(params object[] events) =>
        events.Aggregate(ImageJob.Initial, (job, e) => job.Apply(e, Start.AddSeconds(Array.IndexOf(events, e))));
}
