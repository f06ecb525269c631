using Swath.Imaging.Encoding;

namespace Swath.Imaging;

/// <summary>Writes pictures as PNG; needs no GDAL.</summary>
public static class PngWriter
{
    /// <summary>Writes 8-bit pixels, interleaved, rows from the top.</summary>
    /// <param name="target">Where the file goes.</param>
    /// <param name="pixels">width x height x bands bytes.</param>
    /// <param name="width">Columns, 1 or more.</param>
    /// <param name="height">Rows, 1 or more.</param>
    /// <param name="bands">1 gray, 2 gray and alpha, 3 red green blue, 4 with alpha.</param>
    public static void Write(Stream target, ReadOnlySpan<byte> pixels, int width, int height, int bands)
    {
        ArgumentNullException.ThrowIfNull(target);
        ArgumentOutOfRangeException.ThrowIfLessThan(width, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(height, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(bands, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(bands, 4);
        if (pixels.Length != (long)width * height * bands)
            throw new ArgumentException($"{width} x {height} x {bands} pixels are {(long)width * height * bands} bytes, not {pixels.Length}.", nameof(pixels));
        using var file = new PooledBuffer((pixels.Length / 2) + 1024);
        PngFile.WriteBytes(pixels, width, height, bands, file);
        target.Write(file.Written);
    }
}
