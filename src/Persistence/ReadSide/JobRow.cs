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

    /// <summary>Tiles whose result is stored, whether or not their region ended.</summary>
    public required int TilesStored { get; init; }

    public required long Features { get; init; }
    public required IReadOnlyList<string> Results { get; init; }
    public string? Failure { get; init; }
    public required DateTimeOffset RequestedAt { get; init; }
    public DateTimeOffset? StartedAt { get; init; }
    public DateTimeOffset? FinishedAt { get; init; }

    /// <summary>True in the states that no event leaves.</summary>
    public bool IsFinal => FinishedAt is not null;
}
