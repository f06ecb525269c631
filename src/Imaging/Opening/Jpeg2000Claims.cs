using System.Globalization;
using Swath.Imaging.Native;

namespace Swath.Imaging.Opening;

/// <summary>Holds what JPEG 2000 headers claim against the bytes that are there, before a decoder does.</summary>
internal static class Jpeg2000Claims
{
    // SOT and SOD of a tile-part (ISO/IEC 15444-1, A.4): a tile has one at least.
    private const int LeastTilePart = 14;

    // An honest picture of 0.01 bits a sample has 64 times its bytes in tables; a small one may be of one colour.
    private const long MostPerByte = 64;
    private const long AlwaysAllowed = 32L << 20;

    /// <exception cref="ImageException">
    /// <see cref="ImageErrorKind.NotAnImage"/> when the bytes can't be what is claimed; <see cref="ImageErrorKind.TooLarge"/> when decoding takes more than allowed.
    /// </exception>
    public static void Check(string given, string resolved, ImagingLimits limits)
    {
        using var file = VirtualFile.Open(resolved);
        if (file is null)
            return;
        var streams = CodeStream.Find(file, out var isJpeg2000);
        if (isJpeg2000 && streams.Count == 0)
            throw new ImageException(ImageErrorKind.NotAnImage, given, "this JPEG 2000 file has no code stream: it is damaged");
        foreach (var stream in streams)
            Check(given, Jpeg2000Header.Read(file, stream) ?? throw new ImageException(ImageErrorKind.NotAnImage, given, "the header of its JPEG 2000 code stream is damaged"), stream.Length, limits);
    }

    /// <summary>What of a JPEG 2000 image GDAL is known not to read; null when that is something else.</summary>
    public static string? Limitation(string resolved)
    {
        using var file = VirtualFile.Open(resolved);
        if (file is null)
            return null;
        foreach (var stream in CodeStream.Find(file, out _))
        {
            if (Jpeg2000Header.Read(file, stream) is { IsSubsampled: true } header)
                return $"its components have different numbers of samples (subsampling {string.Join(", ", header.Steps.Take(4).Select(step => $"{step.X}x{step.Y}"))}), which GDAL does not read; write them all at full size";
        }

        return null;
    }

    private static void Check(string given, Jpeg2000Header header, long length, ImagingLimits limits)
    {
        var needed = header.DecoderBytes;
        if (header.Tiles * LeastTilePart > length || needed > Math.Max(AlwaysAllowed, MostPerByte * length))
        {
            throw new ImageException(ImageErrorKind.NotAnImage, given, string.Create(CultureInfo.InvariantCulture,
                $"its {length} bytes of JPEG 2000 can't be the {header.Width} x {header.Height} pixels in {header.Tiles} tiles of {header.Steps.Count} components that it claims: it is damaged"));
        }

        if (needed > limits.MaxJpeg2000Bytes)
        {
            throw new ImageException(ImageErrorKind.TooLarge, given, string.Create(CultureInfo.InvariantCulture,
                $"decoding its JPEG 2000 of {header.Width} x {header.Height} pixels in {header.Tiles} tiles takes about {needed} bytes; {nameof(ImagingLimits.MaxJpeg2000Bytes)} is {limits.MaxJpeg2000Bytes}: raise it if the image is trusted"));
        }
    }
}
