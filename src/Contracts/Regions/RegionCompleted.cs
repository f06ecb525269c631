using System.Text.Json.Serialization;

namespace Swath.Contracts;

/// <summary>Every tile of the region was tried; some may have failed.</summary>
public sealed record RegionCompleted
{
    public required Guid JobId { get; init; }
    public required int RegionId { get; init; }
    public required int Attempt { get; init; }
    public required string WorkerId { get; init; }
    public required int TilesDone { get; init; }

    /// <summary>Those of <see cref="TilesDone"/> that were blank and therefore not sent to the model.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public int TilesSkipped { get; init; }

    public IReadOnlyList<TileFailure> FailedTiles { get; init; } = [];
    public required long Features { get; init; }
}

/// <summary>A tile that yields no features because it could not be read, sent or understood.</summary>
/// <param name="Window">Its pixels in the image.</param>
/// <param name="Reason">What went wrong, in words.</param>
public sealed record TileFailure(PixelWindow Window, string Reason);
