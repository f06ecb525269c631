using System.Runtime.InteropServices;
using Swath.Host.SampleModels.Detecting;
using Swath.Imaging;

namespace Swath.Host.SampleModels;

/// <summary>The ship detector as a model.</summary>
internal static class DetectorModel
{
    /// <exception cref="NotSupportedException">The tile has neither 8 nor 16 bits per sample.</exception>
    public static void Answer(RasterBuffer tile, ModelAnswer answer)
    {
        foreach (var ship in ShipDetector.Detect(ToBytes(tile), tile.Width, tile.Height, tile.Bands))
            answer.AddPolygon(ship.Corners, "ship", ship.Score);
    }

    private static ReadOnlySpan<byte> ToBytes(RasterBuffer tile) => tile.SampleType switch
    {
        "Byte" => tile.Pixels,
        "UInt16" => Stretch(MemoryMarshal.Cast<byte, ushort>(tile.Pixels)),
        _ => throw new NotSupportedException($"The detector takes tiles of 8 or 16 bits per sample, not {tile.SampleType}. Ask for another tile format."),
    };

    // From the tile's darkest to its brightest sample: the detector looks at contrasts only.
    private static byte[] Stretch(ReadOnlySpan<ushort> samples)
    {
        ushort low = ushort.MaxValue, high = 0;
        foreach (var sample in samples)
            (low, high) = (Math.Min(low, sample), Math.Max(high, sample));
        var scale = 255f / Math.Max(1, high - low);
        var bytes = new byte[samples.Length];
        for (var i = 0; i < bytes.Length; i++)
            bytes[i] = (byte)((samples[i] - low) * scale);
        return bytes;
    }
}
