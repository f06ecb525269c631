using System.Collections.Immutable;
using Swath.Contracts;
using Swath.Persistence.EventSourcing;

namespace Swath.Scheduler.Jobs;

/// <summary>
/// The state of an image job: what its events say, and nothing else. <see cref="Apply(object, DateTimeOffset)"/> is the only
/// way that it changes; it reads no clock and does no I/O, so that replaying a stream always gives the same job.
/// </summary>
public sealed record ImageJob : IFold<ImageJob>
{
    public static ImageJob Initial { get; } = new();

    public string Status { get; init; } = JobStatus.Initial;

    /// <summary>The request as it was submitted; null only before the first event.</summary>
    public ImageRequested? Request { get; init; }

    public ImageHeader? Image { get; init; }

    public IReadOnlyList<string> Warnings { get; init; } = [];

    /// <summary>Regions by their number, which is their position.</summary>
    public ImmutableArray<RegionProgress> Regions { get; init; } = [];

    public string? Variant { get; init; }

    public int TileWorkersPerRegion { get; init; }

    /// <summary>Inference requests that the job was admitted with; 0 before.</summary>
    public int Load { get; init; }

    /// <summary>How many times the job has entered the queue.</summary>
    public int QueueTurn { get; init; }

    public long Features { get; init; }

    public IReadOnlyList<string> Results { get; init; } = [];

    /// <summary>What became of the outputs, by their place in the request; of those that are yet to be written, nothing.</summary>
    public ImmutableSortedDictionary<int, OutputOutcome> Outputs { get; init; } = ImmutableSortedDictionary<int, OutputOutcome>.Empty;

    /// <summary>Why the job failed, was cancelled, or is only partially complete.</summary>
    public string? Failure { get; init; }

    public DateTimeOffset? RequestedAt { get; init; }

    public DateTimeOffset? QueuedAt { get; init; }

    public DateTimeOffset? StartedAt { get; init; }

    public DateTimeOffset? FinishedAt { get; init; }

    public DateTimeOffset? UpdatedAt { get; init; }

    /// <summary>When the pause or the resume was asked for that counts; null while none said when.</summary>
    public DateTimeOffset? ToldAt { get; init; }

    public bool HasRegions => !Regions.IsEmpty;

    public bool AllRegionsEnded => HasRegions && RegionsEnded == Regions.Length;

    public bool EveryRegionFailed => HasRegions && RegionsFailed == Regions.Length;

    public int RegionsEnded => Regions.Count(region => region.Outcome is not null);

    public int RegionsFailed => Regions.Count(region => region.Outcome is RegionOutcome.Failed);

    public int TilesTotal => Regions.Sum(region => region.Region.Tiles);

    public int TilesDone => Regions.Sum(region => region.TilesDone);

    public int TilesSkipped => Regions.Sum(region => region.TilesSkipped);

    public int TilesFailed => Regions.Sum(region => region.Outcome switch
    {
        RegionOutcome.Failed => region.Region.Tiles - region.TilesDone,
        _ => region.FailedTiles.Count,
    });

    public int OutputsFailed => Outputs.Values.Count(output => output.Failure is not null);

    /// <summary>Outputs that are to be written when the job is assembled, by their place in the request; null for all.</summary>
    public IReadOnlyList<int>? OutputsLeft => Outputs.IsEmpty
        ? null
        : [.. Enumerable.Range(0, Request!.Outputs.Count).Where(output => !IsWritten(output))];

    /// <summary>True when no region was ever given to a worker, and so no tile to a model: the job may begin anew.</summary>
    public bool NeverBegan => Regions.All(region => region.Attempt == 0) && ImageRequestRules.Problems(Request! with { Refusal = null }).Count == 0;

    /// <summary>True when a region of the job lacks tiles, or has never ended: running it again may help.</summary>
    public bool HasTilesToRetry => Regions.Any(region => region.Outcome is null || region.LacksTiles);

    /// <summary>True when all that can be known of the image is kept, and an output lacks it.</summary>
    public bool HasOutputsToRetry => OutputsFailed > 0 || (Status == JobStatus.Failed && AllRegionsEnded && !EveryRegionFailed);

    /// <summary>
    /// True when the token is not older than the latest placement that the job knows, and the region has not ended. It may be newer: the board
    /// has fenced the result already, and the message of its placement may come later.
    /// </summary>
    public bool IsCurrent(int regionId, int attempt) =>
        regionId >= 0 && regionId < Regions.Length && Regions[regionId].Outcome is null && attempt > 0 && attempt >= Regions[regionId].Attempt;

    /// <summary>True for the answer to the turn in the queue that the job has now; what an earlier one had reserved was given back.</summary>
    public bool IsThisTurn(CapacityReserved reserved) => reserved.QueueTurn is not { } turn || turn == QueueTurn;

    /// <summary>True for the choice of a variant that could not be made when the job was queued.</summary>
    public bool IsMissing(VariantSelected selected) => Variant is null && selected.Variant is not null;

    /// <summary>True when the token is newer than the one known and the region has not ended.</summary>
    public bool IsNewer(RegionPlacement placement) =>
        placement.RegionId >= 0 && placement.RegionId < Regions.Length
        && Regions[placement.RegionId].Outcome is null && placement.Attempt > Regions[placement.RegionId].Attempt;

    /// <summary>True for a pause or a resume that was asked for before the one that counts, and comes after it.</summary>
    public bool IsOvertaken(DateTimeOffset? askedAt) => askedAt < ToldAt;

    /// <summary>Folds one accepted event into the state.</summary>
    /// <exception cref="ArgumentException">The event is none of an image job's.</exception>
    public ImageJob Apply(object accepted, DateTimeOffset at) => (accepted switch
    {
        ImageRequested e => Apply(e, at),
        RegionsCalculated e => Apply(e),
        ImageRejected e => Apply(e, at),
        VariantSelected e => Apply(e, at),
        CapacityReserved e => Apply(e, at),
        RegionCompleted e => Apply(e),
        RegionFailed e => Apply(e, at),
        RegionReassigned e => Apply(e),
        JobCompleted e => Apply(e, at),
        JobFailed e => Apply(e, at),
        CancelJob e => Apply(e, at),
        PauseJob e => Apply(e),
        ResumeJob e => Apply(e, at),
        RetryFailedTiles e => Apply(e),
        JobResubmitted e => Apply(e),
        RetryOutputs e => Apply(e),
        _ => throw new ArgumentException($"An image job has no event of type {accepted.GetType().Name}.", nameof(accepted)),
    }) with
    { UpdatedAt = at };

    private ImageJob Apply(ImageRequested e, DateTimeOffset at)
    {
        var problems = e.Refusal is { } refusal ? [refusal] : ImageRequestRules.ProblemsWhenItCame(e);
        var requested = this with { Status = JobStatus.Requested, Request = e, RequestedAt = at };
        return problems.Count == 0
            ? requested
            : requested with { Status = JobStatus.Failed, Failure = $"{ImageRejection.InvalidRequest}: {string.Join(' ', problems)}", FinishedAt = at };
    }

    private ImageJob Apply(RegionsCalculated e) => this with
    {
        Image = e.Image,
        Warnings = e.Warnings,
        Regions = [.. e.Regions.OrderBy(region => region.RegionId).Select(region => new RegionProgress(region))],
    };

    private ImageJob Apply(ImageRejected e, DateTimeOffset at) =>
        this with { Status = JobStatus.Failed, Failure = $"{e.Reason}: {e.Detail}", FinishedAt = at };

    // A job in the queue keeps its place and its turn: only its variant was missing.
    private ImageJob Apply(VariantSelected e, DateTimeOffset at) => Status == JobStatus.Queued
        ? this with { Variant = e.Variant }
        : this with { Status = JobStatus.Queued, Variant = e.Variant, TileWorkersPerRegion = e.TileWorkersPerRegion, QueuedAt = at, QueueTurn = QueueTurn + 1 };

    // In Paused, Cancelled and the other states that no longer want it, the reservation is a fact of the history; the saga gives it back.
    private ImageJob Apply(CapacityReserved e, DateTimeOffset at) => Status != JobStatus.Queued
        ? this
        : this with
        {
            Status = JobStatus.Running,
            Load = e.Load,
            StartedAt = StartedAt ?? at,
            Regions = e.Placements.Aggregate(Regions, Place),
        };

    private ImageJob Apply(RegionCompleted e) => End(e.RegionId, region => region with
    {
        Outcome = RegionOutcome.Completed,
        TilesDone = e.TilesDone,
        TilesSkipped = e.TilesSkipped,
        FailedTiles = e.FailedTiles,
        Features = e.Features,
        WorkerId = e.WorkerId,
        Attempt = e.Attempt,
    });

    private ImageJob Apply(RegionFailed e, DateTimeOffset at)
    {
        var ended = End(e.RegionId, region => region with
        {
            Outcome = RegionOutcome.Failed,
            FailureReason = e.Reason,
            WorkerId = e.WorkerId,
            Attempt = e.Attempt,
        });
        return ended.EveryRegionFailed
            ? ended with { Status = JobStatus.Failed, Failure = $"Every region failed; the last one: {e.Reason}", FinishedAt = at }
            : ended;
    }

    private ImageJob Apply(RegionReassigned e) =>
        Status == JobStatus.Running ? this with { Regions = Place(Regions, e.Placement) } : this;

    // A worker of an earlier release did not say which outputs failed, and took one that was written for enough: so it stays with its jobs.
    private ImageJob Apply(JobCompleted e, DateTimeOffset at)
    {
        var job = this with { Outputs = Outputs.SetItems(e.Outputs.Select(output => KeyValuePair.Create(output.Output, output))) };
        return job with
        {
            Status = job.TilesFailed > 0 || job.OutputsFailed > 0 ? JobStatus.PartiallyCompleted : JobStatus.Completed,
            Features = e.Features,
            Results = e.Outputs.Count == 0 ? e.Results : [.. job.Outputs.Values.Select(output => output.Result).OfType<string>()],
            Failure = job.Missing(e.FailedOutputs),
            FinishedAt = at,
        };
    }

    // Outputs that were written before stay written: the job is then partially completed as it was.
    private ImageJob Apply(JobFailed e, DateTimeOffset at)
    {
        var over = this with { Failure = e.Reason, FinishedAt = at };
        return OutputsLeft is { } left
            ? over with { Status = JobStatus.PartiallyCompleted, Outputs = Outputs.SetItems(left.Select(output => KeyValuePair.Create(output, new OutputOutcome(output, Failure: e.Reason)))) }
            : over with { Status = JobStatus.Failed };
    }

    private ImageJob Apply(CancelJob e, DateTimeOffset at) =>
        this with { Status = JobStatus.Cancelled, Failure = e.Reason ?? "Cancelled.", FinishedAt = at };

    private ImageJob Apply(PauseJob e) => this with { Status = JobStatus.Paused, ToldAt = e.AskedAt ?? ToldAt };

    // One that comes before the pause that it ends changes nothing but what still counts.
    private ImageJob Apply(ResumeJob e, DateTimeOffset at)
    {
        var told = this with { ToldAt = e.AskedAt ?? ToldAt };
        return Status != JobStatus.Paused ? told
            : AllRegionsEnded ? told with { Status = JobStatus.Assembling }
            : told with { Status = JobStatus.Queued, QueuedAt = QueuedAt ?? at, QueueTurn = QueueTurn + 1 };
    }

    // As after its request, but for the history: the turns in the queue go on being counted.
    private ImageJob Apply(JobResubmitted e) => this with
    {
        Status = JobStatus.Requested,
        Request = Request! with { Grants = e.Grants, Refusal = null },
        Image = null,
        Warnings = [],
        Regions = [],
        Variant = null,
        TileWorkersPerRegion = 0,
        Failure = null,
        FinishedAt = null,
    };

    private ImageJob Apply(RetryFailedTiles _) => this with
    {
        Status = JobStatus.Requested,
        Regions = [.. Regions.Select(region => region.LacksTiles ? region.Reopened() : region)],
        // With more features, every output is another.
        Outputs = Outputs.Clear(),
        Failure = null,
        FinishedAt = null,
    };

    private ImageJob Apply(RetryOutputs _) => this with
    {
        Status = JobStatus.Assembling,
        Outputs = Outputs.RemoveRange(Outputs.Keys.Where(output => !IsWritten(output))),
        Failure = null,
        FinishedAt = null,
    };

    private bool IsWritten(int output) => Outputs.TryGetValue(output, out var outcome) && outcome.Result is not null;

    private ImageJob End(int regionId, Func<RegionProgress, RegionProgress> end)
    {
        var job = this with { Regions = Regions.SetItem(regionId, end(Regions[regionId])) };
        return job.AllRegionsEnded && !job.EveryRegionFailed && Status is JobStatus.Running or JobStatus.Queued
            ? job with { Status = JobStatus.Assembling }
            : job;
    }

    private string? Missing(IReadOnlyList<string> failedOutputs)
    {
        List<string> parts = [];
        if (TilesFailed > 0)
            parts.Add($"{TilesFailed} of {TilesTotal} tiles failed");
        parts.AddRange(failedOutputs);
        return parts.Count == 0 ? null : string.Join("; ", parts);
    }

    private static ImmutableArray<RegionProgress> Place(ImmutableArray<RegionProgress> regions, RegionPlacement placement) =>
        regions.SetItem(placement.RegionId, regions[placement.RegionId] with { WorkerId = placement.WorkerId, Attempt = placement.Attempt });
}
