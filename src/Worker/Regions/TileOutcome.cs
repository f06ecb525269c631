using Swath.Contracts;
using Swath.Worker.Features;

namespace Swath.Worker.Regions;

/// <summary>What became of one tile: its features, or why there are none.</summary>
/// <param name="Window">The tile in pixels of the whole image.</param>
/// <param name="Features">How many features the payload holds; 0 for a failed tile.</param>
/// <param name="Payload">The features as <see cref="Features.TilePayload"/> writes them; empty for a failed tile.</param>
/// <param name="Failure">Why the tile could not be processed; null when it was.</param>
/// <param name="Dropped">How many features the model gave that can't be used.</param>
/// <param name="DroppedReason">Why, of the first few, in sentences; null when there were none.</param>
/// <param name="Skipped">True when it was blank and no model was asked.</param>
public sealed record TileOutcome(PixelWindow Window, int Features, ReadOnlyMemory<byte> Payload, string? Failure, int Dropped = 0, string? DroppedReason = null, bool Skipped = false)
{
    public static TileOutcome Blank(PixelWindow window) => new(window, 0, TilePayload.Write([]), null, Skipped: true);

    public static TileOutcome Failed(PixelWindow window, string reason) => new(window, 0, ReadOnlyMemory<byte>.Empty, reason);
}
