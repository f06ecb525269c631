using System.Threading.Channels;
using Microsoft.Extensions.Logging;
using Swath.Contracts;
using Swath.Endpoints;
using Swath.Imaging;
using Swath.Worker.Features;

namespace Swath.Worker.Regions;

/// <summary>The second stage: sends tiles to the model and turns its answers into located features.</summary>
internal sealed partial class TileInvoker(
    ProcessRegion work, RegionPlan plan, IModelEndpoint endpoint, LocatorPool locators, Func<CancellationToken, ValueTask>? mayPost, TimeProvider clock, ILogger log)
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
            {
                if (mayPost is not null)
                    await mayPost(stop);
                outcome = await AskAsync(tile, writer, stop);
            }

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
            var answer = await endpoint.InvokeAsync(new EncodedPayload(tile.Payload, tile.ContentType, tile.Window, mayPost), stop);
            return Locate(answer, tile.Window, writer);
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

    private TileOutcome Locate(ModelAnswer answer, PixelWindow window, FeatureWriter writer)
    {
        var (records, dropped) = (new List<FeatureRecord>(answer.Detections.Count), answer.Dropped);
        if (answer.Detections.Count > 0)
        {
            var placed = locators.Rent();
            try
            {
                foreach (var detection in answer.Detections)
                    Add(detection, window, writer, placed.Locator, records, dropped);
            }
            finally
            {
                locators.Return(placed);
            }
        }

        if (dropped.Count > 0)
        {
            WorkerDiagnostics.Dropped.Add(dropped.Count);
            LogDropped(work.JobId, window, dropped.Count, dropped.Reasons[0]);
        }

        if (answer.IsTooMuch(dropped.Count))
            return TileOutcome.Failed(window, $"{dropped.Count} features can't be used (TILE_MAX_DROPPED), the first one: {dropped.Reasons[0]}");
        WorkerDiagnostics.Features.Add(records.Count);
        return new TileOutcome(
            window, records.Count, TilePayload.Write(records), null, dropped.Count, dropped.Count == 0 ? null : string.Join(' ', dropped.Reasons));
    }

    // One feature that can't be used costs itself only.
    private void Add(Detection detection, PixelWindow window, FeatureWriter writer, ImageLocator? locator, List<FeatureRecord> records, DroppedFeatures dropped)
    {
        try
        {
            if (IsOfInterest(detection, window))
                records.Add(writer.Write(detection, window, detection.Number, locator));
        }
        catch (UnusableFeatureException unusable)
        {
            dropped.Add(unusable.Message);
        }
        catch (Exception e) when (e is ArgumentException or InvalidOperationException or OverflowException or FormatException)
        {
            LogUnforeseen(e, work.JobId, window);
            dropped.Add($"features[{detection.Number}]: {e.Message}");
        }
    }

    private bool IsOfInterest(Detection detection, PixelWindow window) =>
        plan.Interest is null || plan.Interest.Touches(PixelShapes.ToGeometry(detection.Geometry.Translate(window.X, window.Y)));

    [LoggerMessage(LogLevel.Warning, "Job {JobId}, tile {Window}: {Dropped} features of the answer were left out, the first one: {Reason}")]
    private partial void LogDropped(Guid jobId, PixelWindow window, int dropped, string reason);

    [LoggerMessage(LogLevel.Error, "Job {JobId}: the answer for tile {Window} could not be used.")]
    private partial void LogUnforeseen(Exception e, Guid jobId, PixelWindow window);
}
