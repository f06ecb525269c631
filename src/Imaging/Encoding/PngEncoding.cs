using System.Buffers;
using Swath.Contracts;

namespace Swath.Imaging.Encoding;

/// <summary>PNG of 1..4 bands of 8 or 16 unsigned bits; it carries no georeferencing, because PNG has no place for it.</summary>
internal sealed class PngEncoding : ITileEncoding
{
    public string ContentType => "image/png";

    public string? WhyNot(ImageHeader image)
    {
        if (image.SampleType is not ("Byte" or "UInt16"))
            return $"PNG holds Byte or UInt16 samples, and the image has {image.SampleType}: ask for GTIFF tiles, or for a range adjustment (MinMax, Percentile) to 8 bits";
        return image.Bands > 4 ? $"PNG holds 1 to 4 bands, and the image has {image.Bands}: ask for GTIFF tiles" : null;
    }

    public byte[] Encode(ImageFile image, PixelWindow window, out int length)
    {
        var bytes = checked((int)image.BytesOf(window));
        var pixels = ArrayPool<byte>.Shared.Rent(bytes);
        try
        {
            image.Read(window, pixels.AsSpan(0, bytes), SampleOrder.PixelInterleaved);
            using var file = new PooledBuffer((bytes / 2) + 1024);
            if (image.BytesPerSample == 1)
                PngFile.WriteBytes(pixels.AsSpan(0, bytes), window.Width, window.Height, image.Header.Bands, file);
            else
                PngFile.WriteWords(pixels.AsSpan(0, bytes), window.Width, window.Height, image.Header.Bands, file);
            return file.Detach(out length);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(pixels);
        }
    }
}
