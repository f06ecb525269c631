using Swath.Contracts;

namespace Swath.Persistence.TileResults;

/// <summary>One finished tile: what the model saw in it, or why it could not be processed.</summary>
public sealed record TileResult
{
    /// <summary>The tile's job.</summary>
    public required Guid JobId { get; init; }

    /// <summary>Number of the region in its job.</summary>
    public required int RegionId { get; init; }

    /// <summary>The fencing token of the placement that processed it: a result never replaces one of a later attempt.</summary>
    public required int Attempt { get; init; }

    /// <summary>The tile's pixels in the image; its corner identifies it within the region.</summary>
    public required PixelWindow Window { get; init; }

    /// <summary>How many features the payload holds.</summary>
    public required int Features { get; init; }

    /// <summary>The features, in the worker's own binary form; empty when the tile failed.</summary>
    public required ReadOnlyMemory<byte> Payload { get; init; }

    /// <summary>True when the tile was blank and no model was asked.</summary>
    public bool Skipped { get; init; }

    /// <summary>Why the tile could not be processed; null when it was.</summary>
    public string? Failure { get; init; }

    /// <summary>How many features the model gave that could not be used.</summary>
    public int Dropped { get; init; }

    /// <summary>Why, of the first few, in sentences; null when there were none.</summary>
    public string? DroppedReason { get; init; }
}
