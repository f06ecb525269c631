using System.Threading.Channels;
using Microsoft.Extensions.Logging;
using Swath.Contracts;
using Swath.Endpoints;
using Swath.Imaging;
using Swath.Worker.Features;

namespace Swath.Worker.Regions;

/// <summary>The second stage: sends tiles to the model and turns its answers into located features.</summary>
internal sealed partial class TileInvoker(
    ProcessRegion work, RegionPlan plan, IModelEndpoint endpoint, LocatorPool locators, TimeProvider clock, ILogger log)
{
    private readonly FeatureOrigin _origin = new(work.JobId, work.Region.RegionId, work.ImageUrl, plan.Image);

    /// <summary>One of the region's invokers: takes tiles until there are no more.</summary>
    /// <exception cref="ImageException">The image's places can't be computed at all.</exception>
    public async Task InvokeAsync(ChannelReader<EncodedTile> encoded, ChannelWriter<TileOutcome> outcomes, CancellationToken stop)
    {
        using var writer = new FeatureWriter(_origin, clock);
        await foreach (var tile in encoded.ReadAllAsync(stop))
        {
            TileOutcome outcome;
            using (tile)
                outcome = await AskAsync(tile, writer, stop);
            WorkerDiagnostics.Tiles.Add(1, new KeyValuePair<string, object?>("outcome", outcome.Failure is null ? "done" : "refused"));
            await outcomes.WriteAsync(outcome, stop);
        }
    }

    private async Task<TileOutcome> AskAsync(EncodedTile tile, FeatureWriter writer, CancellationToken stop)
    {
        var started = clock.GetTimestamp();
        WorkerDiagnostics.InFlight.Add(1);
        try
        {
            var detections = await endpoint.InvokeAsync(new EncodedPayload(tile.Payload, tile.ContentType, tile.Window), stop);
            return Locate(detections, tile.Window, writer);
        }
        catch (InvocationException e)
        {
            return TileOutcome.Failed(tile.Window, e.Message);
        }
        catch (Exception e) when (e is ArgumentException or InvalidOperationException or OverflowException or FormatException)
        {
            // An answer that nobody foresaw: it must not cost the other tiles, and must not pass unseen.
            LogUnforeseen(e, work.JobId, tile.Window);
            return TileOutcome.Failed(tile.Window, $"The model's answer could not be turned into features: {e.Message}");
        }
        finally
        {
            WorkerDiagnostics.InFlight.Add(-1);
            WorkerDiagnostics.InvokeSeconds.Record(clock.GetElapsedTime(started).TotalSeconds);
        }
    }

    private TileOutcome Locate(IReadOnlyList<Detection> detections, PixelWindow window, FeatureWriter writer)
    {
        var records = new List<FeatureRecord>(detections.Count);
        if (detections.Count > 0)
        {
            var placed = locators.Rent();
            try
            {
                for (var index = 0; index < detections.Count; index++)
                {
                    if (IsOfInterest(detections[index], window))
                        records.Add(writer.Write(detections[index], window, index, placed.Locator));
                }
            }
            finally
            {
                locators.Return(placed);
            }
        }

        WorkerDiagnostics.Features.Add(records.Count);
        return new TileOutcome(window, records.Count, TilePayload.Write(records), null);
    }

    private bool IsOfInterest(Detection detection, PixelWindow window) =>
        plan.Interest is null || plan.Interest.Touches(PixelShapes.ToGeometry(detection.Geometry.Translate(window.X, window.Y)));

    [LoggerMessage(LogLevel.Error, "Job {JobId}: the answer for tile {Window} could not be used.")]
    private partial void LogUnforeseen(Exception e, Guid jobId, PixelWindow window);
}
