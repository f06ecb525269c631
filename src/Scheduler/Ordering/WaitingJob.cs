using Swath.Contracts;
using Swath.Scheduler.Capacity;

namespace Swath.Scheduler.Ordering;

/// <summary>A job that waits to be admitted.</summary>
public sealed record WaitingJob
{
    public required Guid JobId { get; init; }
    public required string Tenant { get; init; }

    /// <summary>Base priority, 0..1000.</summary>
    public required int Priority { get; init; }

    /// <summary>Equal for jobs that the same workers may take.</summary>
    public Guid Rule { get; init; }

    public required DateTimeOffset QueuedAt { get; init; }

    /// <summary>Regions that still have to run, 1 or more.</summary>
    public required int Regions { get; init; }

    /// <summary>Inference requests that one region has in flight at most.</summary>
    public required int LoadPerRegion { get; init; }

    /// <summary>The kind of work, which anti-affinity refers to.</summary>
    public required string Kind { get; init; }

    /// <summary>The job's affinity as JSON, by which equal rules are recognised; absent when it has none.</summary>
    public string? Affinity { get; init; }

    /// <summary>What its row in the queue says now.</summary>
    public WaitingReason? Reason { get; init; }

    /// <summary>What its row in the queue says now.</summary>
    public string? Detail { get; init; }

    /// <summary>What its row in the queue says now, from 1.</summary>
    public int? Position { get; init; }

    /// <summary>The load of the job's open regions, each no more than its tiles; absent where the tiles are not known.</summary>
    public int? LoadOfTiles { get; init; }

    /// <summary>Inference requests that the job will have in flight at most.</summary>
    public int Load => LoadOfTiles ?? JobLoad.Of(Regions, LoadPerRegion);
}
