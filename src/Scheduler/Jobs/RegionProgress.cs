using Swath.Contracts;

namespace Swath.Scheduler.Jobs;

/// <summary>How far one region of a job is, as the job's events tell it.</summary>
/// <param name="Region">The region and its tile count.</param>
public sealed record RegionProgress(ImageRegion Region)
{
    /// <summary>The worker it was last given to.</summary>
    public string? WorkerId { get; init; }

    /// <summary>The fencing token of that placement; 0 before the first.</summary>
    public int Attempt { get; init; }

    /// <summary>Null until the region ended.</summary>
    public RegionOutcome? Outcome { get; init; }

    public int TilesDone { get; init; }

    /// <summary>Those of them that were blank: no model was asked.</summary>
    public int TilesSkipped { get; init; }

    public IReadOnlyList<TileFailure> FailedTiles { get; init; } = [];

    public long Features { get; init; }

    /// <summary>Why the region failed as a whole.</summary>
    public string? FailureReason { get; init; }

    /// <summary>True while the region runs again for what it lacked.</summary>
    public bool WasReopened { get; init; }

    public bool LacksTiles => Outcome is RegionOutcome.Failed || FailedTiles.Count > 0;

    /// <summary>The region as it is when it is to run again: what is done stays done.</summary>
    public RegionProgress Reopened() => this with { Outcome = null, FailedTiles = [], FailureReason = null, WasReopened = true };
}

/// <summary>How a region ended.</summary>
public enum RegionOutcome
{
    /// <summary>Every tile was tried.</summary>
    Completed,

    /// <summary>The region could not be processed at all.</summary>
    Failed,
}
