using System.Text.Json;
using Swath.Contracts;

namespace Swath.Contracts.Tests;

/// <summary>One filled-in sample of every message: the golden JSON files are written from these.</summary>
internal static class Samples
{
    private static readonly Guid JobId = new("6f1c6f0e-7d5b-4c5e-9a55-0d7c4a1f2b3c");
    private static readonly ModelEndpoint Endpoint = new()
    {
        Name = "http://models.example:8080/invocations",
        Type = EndpointType.Http,
        Parameters = new Dictionary<string, string> { ["CustomAttributes"] = "mode=fast" },
    };
    private static readonly TileOptions Tile = new() { Size = 512, Overlap = 64, Format = TileFormat.Png };
    private static readonly ImageRegion Region = new(3, new PixelWindow(0, 10190, 10240, 4096), 55) { Grid = new(0, 0, 20480, 14286) };
    private static readonly ImageHeader Image = new()
    {
        Width = 20480,
        Height = 14286,
        Bands = 3,
        SampleType = "Byte",
        Driver = "GTiff",
        Georeferencing = Georeferencing.Affine,
    };

    public static IReadOnlyList<object> All { get; } =
    [
        new ImageRequested
        {
            JobId = JobId,
            JobName = "harbour-2026-11-02",
            Tenant = "coastguard",
            ImageUrl = "s3://imagery/harbour.tif",
            ImageSegment = 1,
            Endpoint = Endpoint,
            Tile = Tile,
            RegionOfInterest = "POLYGON ((-74.1 40.6, -74.0 40.6, -74.0 40.7, -74.1 40.7, -74.1 40.6))",
            Outputs = [OutputSink.ToFile("results/harbour.geojson"), new() { Type = OutputType.S3, Bucket = "results", Prefix = "2026/11" }],
            FeatureProperties = [JsonDocument.Parse("""{"mission":"M-17"}""").RootElement],
            PostProcessing = [new() { Algorithm = DistillationAlgorithm.Nms, IouThreshold = 0.5 }],
            Priority = 20,
            JobKind = "ships",
            Affinity = new()
            {
                Hard = new() { Tags = ["compliance=itar"] },
                Soft = new() { Tags = ["hardware=gpu"], WorkerId = "w-7" },
                AntiJobKinds = ["roads"],
            },
            ImageReadRole = "arn:aws:iam::123456789012:role/read-imagery",
        },
        new CalculateRegions { JobId = JobId, ImageUrl = "s3://imagery/harbour.tif", ImageSegment = 1, Tile = Tile, Outputs = [OutputSink.ToFile("results/harbour.geojson")] },
        new RegionsCalculated { JobId = JobId, Image = Image, Regions = [Region], Warnings = ["The image has no georeferencing."] },
        new ImageRejected { JobId = JobId, Reason = ImageRejection.NotFound, Detail = "There is no file at harbour.tif." },
        new SelectVariant { JobId = JobId, Endpoint = Endpoint, JobKind = "ships", Regions = [Region] },
        new VariantSelected { JobId = JobId, Variant = "blue", TileWorkersPerRegion = 4 },
        new CapacityReserved { JobId = JobId, Load = 8, SingleImageException = true, Placements = [new(3, "w-7", 2)], QueueTurn = 2 },
        new ReleaseCapacity { JobId = JobId },
        new ProcessRegion
        {
            JobId = JobId,
            Region = Region,
            WorkerId = "w-7",
            Attempt = 2,
            ImageUrl = "s3://imagery/harbour.tif",
            ImageSegment = 1,
            Endpoint = Endpoint,
            Tile = Tile,
            TileWorkers = 4,
        },
        new StopRegion { JobId = JobId, RegionId = 3, Attempt = 2, WorkerId = "w-7" },
        new RegionCompleted
        {
            JobId = JobId,
            RegionId = 3,
            Attempt = 2,
            WorkerId = "w-7",
            TilesDone = 54,
            FailedTiles = [new(new PixelWindow(0, 0, 512, 512), "The block could not be read.")],
            Features = 812,
        },
        new RegionFailed { JobId = JobId, RegionId = 3, Attempt = 2, WorkerId = "w-7", Reason = "The image vanished." },
        new RegionReassigned { JobId = JobId, Placement = new(3, "w-8", 3), Reason = "Worker w-7 lost its lease." },
        new AssembleResult
        {
            JobId = JobId,
            JobName = "harbour-2026-11-02",
            ImageUrl = "s3://imagery/harbour.tif",
            Image = Image,
            Endpoint = Endpoint,
            Tile = Tile,
            Outputs = [OutputSink.ToFile("results/harbour.geojson")],
            OnlyOutputs = [0],
            TilesFinished = 60,
            FailedRegions = [new(Region.Window, "The image vanished.")],
        },
        new JobCompleted
        {
            JobId = JobId,
            Features = 811,
            Results = ["results/harbour.geojson"],
            FailedOutputs = ["s3://results: access denied"],
            Outputs = [new(0, "results/harbour.geojson"), new(1, Failure: "s3://results: access denied")],
        },
        new JobFailed { JobId = JobId, Reason = "No output could be written." },
        new CancelJob { JobId = JobId, Reason = "Wrong image." },
        new PauseJob { JobId = JobId, AskedAt = new(2026, 11, 2, 10, 15, 30, 250, TimeSpan.Zero) },
        new ResumeJob { JobId = JobId, AskedAt = new(2026, 11, 2, 10, 15, 30, 500, TimeSpan.Zero) },
        new RetryFailedTiles { JobId = JobId },
        new RetryOutputs { JobId = JobId },
        new JobResubmitted { JobId = JobId, Grants = new Grants { ImageRoots = ["/data"], EndpointHosts = ["models.example.com"] } },
    ];
}
