using System.Text.Json;
using System.Text.Json.Serialization;

namespace Swath.Contracts;

/// <summary>Command to a worker: distil the features of all regions and write the outputs.</summary>
public sealed record AssembleResult
{
    public required Guid JobId { get; init; }

    /// <summary>The job's id as the upstream system knows it, where that is no UUID.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? ExternalId { get; init; }

    public required string JobName { get; init; }
    public required string ImageUrl { get; init; }

    /// <summary>The role that reads the image, for outputs that show it.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? ImageReadRole { get; init; }

    /// <summary>Which image of the file, counted from 0; null: the first.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? ImageSegment { get; init; }

    public required ImageHeader Image { get; init; }
    public required ModelEndpoint Endpoint { get; init; }
    public string? Variant { get; init; }
    public required TileOptions Tile { get; init; }
    public required IReadOnlyList<OutputSink> Outputs { get; init; }

    /// <summary>What the job may read and write; null for a job from before there were grants: what the settings permit.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public Grants? Grants { get; init; }

    public IReadOnlyList<JsonElement> FeatureProperties { get; init; } = [];
    public IReadOnlyList<PostProcessingStep> PostProcessing { get; init; } = [];

    /// <summary>Things that a user should know of the result; written beside it.</summary>
    public IReadOnlyList<string> Warnings { get; init; } = [];

    /// <summary>Which of the outputs to write, by their place in the list; all when absent.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<int>? OnlyOutputs { get; init; }

    /// <summary>Finished tiles that must still be kept, 0 or more: with fewer, a part would be taken for the whole. Absent in older messages.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? TilesFinished { get; init; }

    /// <summary>Regions that failed as a whole, and so left no failed tiles behind.</summary>
    public IReadOnlyList<FailedRegion> FailedRegions { get; init; } = [];
}
