namespace Swath.Persistence.ReadSide;

/// <summary>One row of <c>jobs</c>, with the tiles that are checkpointed while it runs.</summary>
public sealed record JobRow
{
    public required Guid JobId { get; init; }
    public required string Name { get; init; }
    public required string Tenant { get; init; }
    public required string State { get; init; }
    public string? WaitingReason { get; init; }
    public string? WaitingDetail { get; init; }
    public int? QueuePosition { get; init; }
    public required string ImageUrl { get; init; }
    public required string Endpoint { get; init; }
    public string? Variant { get; init; }
    public required int Priority { get; init; }
    public required int RegionsTotal { get; init; }
    public required int RegionsDone { get; init; }
    public required int RegionsFailed { get; init; }
    public required int TilesTotal { get; init; }
    public required int TilesDone { get; init; }
    public required int TilesFailed { get; init; }

    /// <summary>Those of <see cref="TilesDone"/> that were blank: no model was asked.</summary>
    public int TilesSkipped { get; init; }

    /// <summary>Tiles whose result is stored, whether or not their region ended.</summary>
    public required int TilesStored { get; init; }

    public required long Features { get; init; }

    /// <summary>Outputs that could not be written: <c>swath retry JOB --outputs</c> writes them again.</summary>
    public int OutputsFailed { get; init; }

    public required IReadOnlyList<string> Results { get; init; }
    public string? Failure { get; init; }
    public required DateTimeOffset RequestedAt { get; init; }
    public DateTimeOffset? StartedAt { get; init; }
    public DateTimeOffset? FinishedAt { get; init; }

    /// <summary>True in the states that only a retry leaves.</summary>
    public bool IsFinal => FinishedAt is not null;

    /// <summary>Why none of its tiles can be run again, in words; null when some can.</summary>
    public string? TileRetryRefusal() => NothingKeptReason() ?? (TilesFailed > 0 || RegionsDone + RegionsFailed < RegionsTotal
        ? null
        : $"Job {JobId} is {State}, and has no tile that failed.{(OutputRetryRefusal() is null ? $" Its outputs can be written again: 'swath retry {JobId} --outputs'." : "")}");

    /// <summary>Why none of its outputs can be written again, in words; null when some can.</summary>
    public string? OutputRetryRefusal() => NothingKeptReason() ?? (OutputsFailed > 0 || (State == "Failed" && RegionsDone > 0 && RegionsDone + RegionsFailed == RegionsTotal)
        ? null
        : $"Job {JobId} is {State}, and has no output that failed.");

    private string? NothingKeptReason() => State switch
    {
        "PartiallyCompleted" => null,
        "Failed" => RegionsTotal > 0 ? null : $"Job {JobId} failed before any of its tiles was run, and has nothing to retry: submit it again.",
        "Completed" => $"Job {JobId} is Completed, and has no tile and no output that failed.",
        "Cancelled" => $"Job {JobId} is Cancelled, and its tiles are no longer kept: submit it again.",
        _ => $"Job {JobId} is {State}: only a job that is PartiallyCompleted or Failed can be retried.",
    };
}
