using Swath.Contracts;

namespace Swath.Persistence.TileResults;

/// <summary>A tile that need not be processed again, without its features.</summary>
/// <param name="Window">Its pixels in the image.</param>
/// <param name="Features">How many features were stored for it.</param>
/// <param name="Failure">Why it could not be processed; null when it was. A resuming worker may try such a tile again.</param>
/// <param name="Skipped">True when it was blank and no model was asked.</param>
public sealed record FinishedTile(PixelWindow Window, int Features, string? Failure, bool Skipped = false);
