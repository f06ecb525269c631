using Swath.Imaging.Encoding;

namespace Swath.Imaging.Tests;

/// <summary>An uncompressed TIFF of any samples, with chosen tags; its pixels count upwards so that every one is different.</summary>
internal sealed record SampleTiff(int Width, int Height, int Bands, int BytesPerSample, ushort SampleFormat = 1)
{
    /// <summary>Tags beside the baseline: georeferencing, palette.</summary>
    public IReadOnlyList<TiffTag> Extra { get; init; } = [];

    public ushort Photometric { get; init; } = 1;

    /// <summary>UTM zone 18 north, 10 m pixels.</summary>
    public static IReadOnlyList<TiffTag> Utm18 { get; } =
    [
        TiffTag.Doubles(TiffDirectory.ModelPixelScale, 10, 10, 0),
        TiffTag.Doubles(TiffDirectory.ModelTiepoint, 0, 0, 0, 500_000, 4_000_000, 0),
        ProjectedKeys(32618),
    ];

    /// <summary>The same, turned by 30 degrees.</summary>
    public static IReadOnlyList<TiffTag> RotatedUtm18 { get; } =
    [
        TiffTag.Doubles(TiffDirectory.ModelTransformation,
            10 * Math.Cos(0.5), 10 * Math.Sin(0.5), 0, 500_000, 10 * Math.Sin(0.5), -10 * Math.Cos(0.5), 0, 4_000_000, 0, 0, 0, 0, 0, 0, 0, 1),
        ProjectedKeys(32618),
    ];

    /// <summary>Four control points around a square of a hundredth of a degree, slightly askew.</summary>
    public static IReadOnlyList<TiffTag> ControlPoints(int width, int height) =>
    [
        TiffTag.Doubles(TiffDirectory.ModelTiepoint,
            0, 0, 0, 10, 50, 0, width, 0, 0, 10.01, 50.0005, 0, width, height, 0, 10.0105, 49.99, 0, 0, height, 0, 10.0004, 49.9895, 0),
        GeographicKeys,
    ];

    /// <summary>Polynomials that are nearly linear: a tenth of a degree around (10.05, 49.95), height offset 377 m.</summary>
    public static IReadOnlyList<TiffTag> Polynomials(int width, int height)
    {
        // Values: bias, random, LINE_OFF, SAMP_OFF, LAT_OFF, LONG_OFF, HEIGHT_OFF, five scales, then four polynomials of 20 terms
        // (1, longitude, latitude, height, ...).
        var values = new double[92];
        (values[2], values[3], values[4], values[5], values[6]) = (height / 2.0, width / 2.0, 49.95, 10.05, 377);
        (values[7], values[8], values[9], values[10], values[11]) = (height / 2.0, width / 2.0, 0.05, 0.05, 500);
        values[12 + 2] = -1;
        values[12 + 3] = 0.3;
        values[32] = 1;
        values[52 + 1] = 1;
        values[52 + 3] = 0.2;
        values[52 + 4] = 0.01;
        values[72] = 1;
        return [TiffTag.Doubles(TiffDirectory.RpcCoefficients, values)];
    }

    public static TiffTag GeographicKeys { get; } =
        TiffTag.Shorts(TiffDirectory.GeoKeyDirectory, 1, 1, 0, 3, 1024, 0, 1, 2, 1025, 0, 1, 1, 2048, 0, 1, 4326);

    public static TiffTag ProjectedKeys(ushort epsg) =>
        TiffTag.Shorts(TiffDirectory.GeoKeyDirectory, 1, 1, 0, 3, 1024, 0, 1, 1, 1025, 0, 1, 1, 3072, 0, 1, epsg);

    public int Length => Width * Height * Bands * BytesPerSample;

    /// <summary>The pixels as they lie in the file: interleaved.</summary>
    public byte[] Pixels()
    {
        var pixels = new byte[Length];
        new Random(7).NextBytes(pixels);
        if (SampleFormat is 3 or 6)
        {
            for (var i = 0; i + 4 <= pixels.Length && BytesPerSample != 8; i += 4)
                BitConverter.TryWriteBytes(pixels.AsSpan(i), i * 0.25f);
        }

        return pixels;
    }

    public byte[] ToBytes()
    {
        var directory = new TiffDirectory();
        directory.Add(TiffTag.Longs(TiffDirectory.ImageWidth, (uint)Width));
        directory.Add(TiffTag.Longs(TiffDirectory.ImageLength, (uint)Height));
        directory.Add(TiffTag.Shorts(TiffDirectory.BitsPerSample, Repeat((ushort)(BytesPerSample * 8))));
        directory.Add(TiffTag.Shorts(TiffDirectory.Compression, 1));
        directory.Add(TiffTag.Shorts(TiffDirectory.Photometric, Photometric));
        directory.Add(TiffTag.Shorts(TiffDirectory.SamplesPerPixel, (ushort)Bands));
        directory.Add(TiffTag.Longs(TiffDirectory.RowsPerStrip, (uint)Height));
        directory.Add(TiffTag.Longs(TiffDirectory.StripByteCounts, (uint)Length));
        directory.Add(TiffTag.Shorts(TiffDirectory.SampleFormat, Repeat(SampleFormat)));
        directory.Add(TiffTag.Longs(TiffDirectory.StripOffsets, 0));
        foreach (var tag in Extra)
            directory.Add(tag);
        directory.Replace(TiffTag.Longs(TiffDirectory.StripOffsets, (uint)directory.Size));
        var header = new byte[directory.Size];
        directory.Write(header);
        return [.. header, .. Pixels()];
    }

    private ushort[] Repeat(ushort value) => [.. Enumerable.Repeat(value, Bands)];
}
