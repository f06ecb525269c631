using System.Text.Json.Serialization;

namespace Swath.Contracts;

/// <summary>Command to Intake: read the image's header and compute its regions.</summary>
public sealed record CalculateRegions
{
    public required Guid JobId { get; init; }
    public required string ImageUrl { get; init; }
    public string? ImageReadRole { get; init; }

    /// <summary>Which image of the file, counted from 0; null: the first.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? ImageSegment { get; init; }
    public string? RegionOfInterest { get; init; }
    public required TileOptions Tile { get; init; }

    /// <summary>What the job may read; null for a job from before there were grants: what the settings permit.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public Grants? Grants { get; init; }

    /// <summary>What is to be written, so that an output that can't be is known before it costs anything.</summary>
    public IReadOnlyList<OutputSink> Outputs { get; init; } = [];

    /// <summary>The job's id as the upstream system knows it, where that is no UUID.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? ExternalId { get; init; }
}
