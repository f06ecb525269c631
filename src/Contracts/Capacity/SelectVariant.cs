namespace Swath.Contracts;

/// <summary>Command to Scheduler: choose the endpoint's variant for a job and make its regions known to admission.</summary>
public sealed record SelectVariant
{
    public required Guid JobId { get; init; }
    public required ModelEndpoint Endpoint { get; init; }

    /// <summary>The job's kind, which anti-affinity refers to.</summary>
    public required string JobKind { get; init; }

    /// <summary>The regions that admission places on workers.</summary>
    public required IReadOnlyList<ImageRegion> Regions { get; init; }

    /// <summary>The regions that run again, when the job is retried; empty for a new job.</summary>
    public IReadOnlyList<RegionReopening> Reopen { get; init; } = [];

    /// <summary>Tiles that were finished before, when the job is retried: their checkpoints must still be there.</summary>
    public int TilesFinished { get; init; }
}
