using System.Globalization;
using System.Text;
using Swath.Contracts;
using Swath.Persistence.EventSourcing;
using Swath.Persistence.Notifications;

namespace Swath.Intake.Notifications;

/// <summary>
/// What subscribers are told of a job, in the form of osml-model-runner (MODELRUNNER_API.md, "Status Notifications"). A pure function of the
/// job's events; the table is in docs/aws.md.
/// </summary>
internal sealed class StatusNotifications
{
    private const string Started = "STARTED";
    private const string InProgress = "IN_PROGRESS";
    private const string Success = "SUCCESS";
    private const string Partial = "PARTIAL";
    private const string Failed = "FAILED";

    // All attributes and the message share 256 KiB.
    private const int MostTiles = 2000;
    private const int LongestText = 4096;

    private readonly JobStory _story;
    private readonly string _job;
    private readonly string _image;
    private readonly Dictionary<int, IReadOnlyList<TileFailure>> _failedTiles = [];
    private readonly Dictionary<int, ImageRegion> _regions = [];
    private readonly SortedDictionary<int, string> _results = [];
    private readonly DateTimeOffset _requestedAt;
    private string? _status;

    private StatusNotifications(JobStory story, ImageRequested request)
    {
        _story = story;
        _job = Printable(request.ExternalId ?? request.JobId.ToString());
        _image = Printable($"{_job}:{request.ImageUrl}");
        _requestedAt = story.Events[0].OccurredAt;
    }

    /// <summary>Those that were not told yet, in order.</summary>
    public static IReadOnlyList<StatusNotification> Of(JobStory story)
    {
        if (story.Events is not [{ Message: ImageRequested request }, ..])
            return [];
        var notifications = new StatusNotifications(story, request);
        return [.. story.Events.SelectMany(notifications.Of).Where(notification => notification.Version > story.Told)];
    }

    /// <summary>Of a request that never became a job, and is told of once: where it was refused.</summary>
    /// <param name="job">What its sender calls the job.</param>
    /// <param name="imageUrl">The job's image; null when it has named none.</param>
    /// <param name="reason">Why it was refused.</param>
    public static StatusNotification OfRefused(string job, string? imageUrl, string reason)
    {
        var name = Shortened(Printable(job));
        Dictionary<string, string> attributes = new() { ["status"] = Failed, ["job_id"] = name, ["image_status"] = Failed };
        if (imageUrl is not null)
            attributes["image_id"] = Shortened(Printable($"{name}:{imageUrl}"));
        return new StatusNotification(0, false, Failed, Line(Failed, name, $"The request was refused: {reason}"), attributes);
    }

    private IEnumerable<StatusNotification> Of(FoldedEvent happened)
    {
        switch (happened.Message)
        {
            case RegionsCalculated measured:
                foreach (var region in measured.Regions)
                    _regions[region.RegionId] = region;
                break;
            case RegionCompleted region:
                _failedTiles[region.RegionId] = region.FailedTiles;
                yield return OfRegion(happened, region);
                break;
            case JobCompleted completed:
                // A retry of the outputs tells of those alone; the others stay.
                foreach (var output in completed.Outputs)
                    if (output.Result is { } result)
                        _results[output.Output] = result;
                break;
            case RetryFailedTiles:
                _results.Clear();
                break;
            case RegionFailed region:
                yield return Notification(happened, Failed, region.RegionId, $"Region {region.RegionId} failed: {region.Reason}", []);
                break;
        }
        var before = _status;
        _status = happened.Status;
        if (_status != before && OfJob(happened) is { } notification)
            yield return notification;
    }

    private StatusNotification? OfJob(FoldedEvent happened)
    {
        // A state that the job has left again: the row's reason is that of the latest one.
        var reason = happened == _story.Events[^1] && _story.Failure is { } failure ? failure : ReasonOf(happened.Message);
        return happened.Status switch
        {
            "Requested" when happened.Message is ImageRequested => Notification(happened, Started, null, "The request was accepted", []),
            "Requested" when happened.Message is JobResubmitted => Notification(happened, Started, null, "The request was accepted again", []),
            "Running" => Notification(happened, InProgress, null, $"Processing {_regions.Count} regions", []),
            "Completed" => Notification(happened, Success, null, $"{Features(happened)}; {Results(happened)}{Missing(happened)}", []),
            // Whoever waits for a result has none.
            "PartiallyCompleted" when HasNoResult(happened) => Notification(happened, Failed, null, $"{reason}; {Features(happened)} are kept", AllFailedTiles()),
            "PartiallyCompleted" => Notification(happened, Partial, null, $"{reason}; {Features(happened)}; {Results(happened)}", AllFailedTiles()),
            "Failed" => Notification(happened, Failed, null, reason, AllFailedTiles()),
            "Cancelled" => Notification(happened, Failed, null, $"Cancelled: {reason}", []),
            _ => null,
        };
    }

    private StatusNotification OfRegion(FoldedEvent happened, RegionCompleted region)
    {
        var status = region.FailedTiles.Count == 0 ? Success : region.TilesDone > 0 ? Partial : Failed;
        return Notification(happened, status, region.RegionId,
            $"Region {region.RegionId}: {region.TilesDone} tiles done, {region.FailedTiles.Count} failed, {region.Features} features", region.FailedTiles);
    }

    private StatusNotification Notification(FoldedEvent happened, string status, int? regionId, string text, IReadOnlyList<TileFailure> failedTiles)
    {
        var seconds = (long)(happened.OccurredAt - _requestedAt).TotalSeconds;
        (string Name, string? Value)[] attributes =
        [
            ("status", status),
            ("job_id", _job),
            ("image_id", _image),
            ("image_status", regionId is null ? status : null),
            ("region_id", regionId?.ToString(CultureInfo.InvariantCulture)),
            ("processing_duration", seconds > 0 ? seconds.ToString(CultureInfo.InvariantCulture) : null),
            ("failed_tiles", failedTiles.Count > 0 ? Corners(failedTiles) : null),
        ];
        return new StatusNotification(happened.Version, regionId is not null, status, Line(status, _job, text),
            attributes.Where(attribute => !string.IsNullOrEmpty(attribute.Value)).ToDictionary(attribute => attribute.Name, attribute => attribute.Value!));
    }

    private TileFailure[] AllFailedTiles() => [.. _failedTiles.OrderBy(region => region.Key).SelectMany(region => region.Value)];

    // As osml-model-runner names a tile: its upper left corner as (row, column), then its width and height.
    private static string Corners(IReadOnlyList<TileFailure> tiles) =>
        $"[{string.Join(",", tiles.Take(MostTiles).Select(tile => string.Create(CultureInfo.InvariantCulture, $"[[{tile.Window.Y},{tile.Window.X}],[{tile.Window.Width},{tile.Window.Height}]]")))}]";

    private static string ReasonOf(object message) => message switch
    {
        ImageRequested request => string.Join(' ', ImageRequestRules.Problems(request)),
        ImageRejected rejected => $"{rejected.Reason}: {rejected.Detail}",
        JobFailed failed => failed.Reason,
        RegionFailed failed => failed.Reason,
        CancelJob cancelled => cancelled.Reason ?? "on request",
        // The tiles that failed are in the notification's own attribute.
        JobCompleted completed => completed.FailedOutputs is { Count: > 0 } outputs ? string.Join("; ", outputs) : "Some tiles failed",
        _ => "No reason was given",
    };

    private static string Features(FoldedEvent happened) => happened.Message is JobCompleted completed ? $"{completed.Features} features" : "No features";

    private bool HasNoResult(FoldedEvent happened) => _results.Count == 0 && happened.Message is not JobCompleted { Results.Count: > 0 };

    private string Results(FoldedEvent happened) => happened.Message is JobCompleted { Outputs.Count: 0 } completed
        ? string.Join(", ", completed.Results)
        : string.Join(", ", _results.Values);

    private static string Missing(FoldedEvent happened) =>
        happened.Message is JobCompleted { FailedOutputs.Count: > 0 } completed ? $"; {string.Join("; ", completed.FailedOutputs)}" : "";

    private static string Line(string status, string job, string text) => $"StatusMonitor update: {status} {job}: {Shortened(Printable(text))}";

    private static string Shortened(string text) => text.Length > LongestText ? text[..LongestText] + "..." : text;

    // SNS takes what XML takes.
    private static string Printable(string text)
    {
        var printable = new StringBuilder(text.Length);
        foreach (var rune in text.EnumerateRunes())
            printable.Append(rune.Value is >= 0x20 and not (0xFFFE or 0xFFFF) or '\t' or '\n' or '\r' ? rune : Rune.ReplacementChar);
        return printable.ToString();
    }
}
