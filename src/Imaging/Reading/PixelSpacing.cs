namespace Swath.Imaging.Reading;

/// <summary>How samples lie in a buffer: bytes from a pixel to its right neighbour, to the one below, and to the next band.</summary>
internal readonly record struct PixelSpacing(long Pixel, long Line, long Band);
