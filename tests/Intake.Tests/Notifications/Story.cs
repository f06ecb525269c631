using Swath.Contracts;
using Swath.Persistence.EventSourcing;
using Swath.Persistence.Notifications;
using Swath.Scheduler.Jobs;

namespace Swath.Intake.Tests.Notifications;

/// <summary>A job's story, told by the saga's own fold; each event comes a minute after the one before.</summary>
internal sealed class Story(Guid jobId, string? externalId = "testId1")
{
    private static readonly DateTimeOffset Start = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private readonly List<FoldedEvent> _events = [];
    private ImageJob _job = ImageJob.Initial;

    public IReadOnlyList<FoldedEvent> Events => _events;

    public ImageJob Job => _job;

    public ImageRequested Request { get; } = new()
    {
        JobId = jobId,
        ExternalId = externalId,
        ImageUrl = "s3://images/harbour.tif",
        Endpoint = new() { Name = "http://m/" },
        Outputs = [OutputSink.ToFile("/out/a.geojson")],
    };

    public static Story OfTwoRegions(Guid jobId) => new Story(jobId).Began().Happened(
        new VariantSelected { JobId = jobId, TileWorkersPerRegion = 1 },
        new CapacityReserved { JobId = jobId, Load = 2, Placements = [new(0, "w", 1), new(1, "w", 1)] });

    public Story Began() => Happened(
        Request,
        new RegionsCalculated
        {
            JobId = Request.JobId,
            Image = new() { Width = 2048, Height = 1024, Bands = 1, SampleType = "Byte", Driver = "GTiff", Georeferencing = Georeferencing.Affine },
            Regions = [new(0, new PixelWindow(0, 0, 1024, 1024), 4), new(1, new PixelWindow(1024, 0, 1024, 1024), 4)],
        });

    public RegionCompleted Region(int id, params PixelWindow[] failed) => new()
    {
        JobId = Request.JobId,
        RegionId = id,
        Attempt = 1,
        WorkerId = "w",
        TilesDone = 4 - failed.Length,
        FailedTiles = [.. failed.Select(window => new TileFailure(window, "HTTP 500"))],
        Features = 3,
    };

    public Story Happened(params object[] messages)
    {
        foreach (var message in messages)
        {
            var at = Start + TimeSpan.FromMinutes(_events.Count);
            _job = _job.Apply(message, at);
            _events.Add(new FoldedEvent(_events.Count + 1, message, at, _job.Status));
        }
        return this;
    }

    public JobStory Told(int upTo = 0) => new(Request.JobId, upTo, _events, _job.Failure);
}
