using System.Text.Json.Serialization;

namespace Swath.Contracts;

/// <summary>Command to one worker: process one region. Sent to the worker's own queue.</summary>
public sealed record ProcessRegion
{
    public required Guid JobId { get; init; }
    public required ImageRegion Region { get; init; }
    public required string WorkerId { get; init; }

    /// <summary>The fencing token of this placement.</summary>
    public required int Attempt { get; init; }

    public required string ImageUrl { get; init; }
    public string? ImageReadRole { get; init; }

    /// <summary>Which image of the file, counted from 0; null: the first.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? ImageSegment { get; init; }
    public string? RegionOfInterest { get; init; }
    public required ModelEndpoint Endpoint { get; init; }
    public string? Variant { get; init; }
    public required TileOptions Tile { get; init; }

    /// <summary>Inference requests in flight at most.</summary>
    public required int TileWorkers { get; init; }

    /// <summary>What the job may read and call; null for a job from before there were grants: what the settings permit.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public Grants? Grants { get; init; }
}
