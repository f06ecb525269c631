using System.Buffers.Binary;
using System.IO.Compression;
using Swath.Contracts;
using Swath.Imaging.Encoding;

namespace Swath.Imaging.Tests.Hostile;

/// <summary>Images that mean harm, or met with an accident. Always the same ones.</summary>
internal static class Corpus
{
    private const int Step = 1024, Flips = 500, Seed = 20261121;

    /// <summary>Good images of every format, from which the others are made.</summary>
    public static IReadOnlyList<(string Name, byte[] Content)> Sound { get; } = MakeSound();

    /// <summary>Every image, cut short at every kilobyte.</summary>
    public static IEnumerable<(string Name, byte[] Content)> Truncated() =>
        from image in Sound
        from length in Enumerable.Range(0, (image.Content.Length / Step) + 1).Select(step => step * Step)
        select ($"{length}-{image.Name}", image.Content[..length]);

    /// <summary>Images of which 1 to 16 bytes are others; half of the time those of the header.</summary>
    public static IEnumerable<(string Name, byte[] Content)> Flipped()
    {
        var random = new Random(Seed);
        for (var i = 0; i < Flips; i++)
        {
            var (name, sound) = Sound[i % Sound.Count];
            var content = sound.ToArray();
            var reach = random.Next(2) == 0 ? Math.Min(2048, content.Length) : content.Length;
            for (var flips = random.Next(1, 17); flips > 0; flips--)
                content[random.Next(reach)] = (byte)random.Next(256);
            yield return ($"flip{i}-{name}", content);
        }
    }

    /// <summary>Small files that claim to be huge.</summary>
    public static IEnumerable<(string Name, byte[] Content)> Bombs()
    {
        foreach (var (width, height) in new[] { (int.MaxValue, int.MaxValue), (100_000, 100_000), (int.MaxValue, 1), (1, int.MaxValue) })
        {
            yield return ($"strips-{width}x{height}.tif", Tiff(width, height, null));
            foreach (var tile in new[] { 256, 8192, 32_768 })
                yield return ($"tiles{tile}-{width}x{height}.tif", Tiff(width, height, tile));
        }

        // GDAL_METADATA and XMP, nested so deeply that a parser which calls itself would run out of stack.
        foreach (var levels in new[] { 5_000, 1_000_000 })
        {
            var xml = Encoding(string.Concat(Enumerable.Repeat("<Item>", levels)) + string.Concat(Enumerable.Repeat("</Item>", levels)) + "\0");
            yield return ($"xml{levels}.tif", new SampleTiff(64, 64, 1, 1)
            {
                Extra = [new TiffTag(42112, TiffTag.Ascii, (uint)xml.Length, xml), new TiffTag(700, 1, (uint)xml.Length, xml)],
            }.ToBytes());
        }

        yield return ("zeros.png", Png(15_000, 15_000));
        foreach (var (name, content) in Sound)
        {
            if (JpegFrame(content) is var frame and > 0)
            {
                var huge = content.ToArray();
                BinaryPrimitives.WriteUInt16BigEndian(huge.AsSpan(frame + 5), 65_500);
                BinaryPrimitives.WriteUInt16BigEndian(huge.AsSpan(frame + 7), 65_500);
                yield return ($"frame-{name}", huge);
                huge = huge.ToArray();
                huge[frame + 1] = 0xC2;
                yield return ($"progressive-{name}", huge);
            }

            if (content.AsSpan().IndexOf(new byte[] { 0xFF, 0x4F, 0xFF, 0x51 }) is >= 0 and var size)
            {
                foreach (var side in new uint[] { 100_000, 2_000_000_000 })
                {
                    // SIZ: Xsiz, Ysiz, two offsets, XTsiz, YTsiz.
                    var huge = content.ToArray();
                    foreach (var at in new[] { 8, 12, 24, 28 })
                        BinaryPrimitives.WriteUInt32BigEndian(huge.AsSpan(size + at), side);
                    yield return ($"siz{side}-{name}", huge);
                }
            }

            if (name.EndsWith(".ntf", StringComparison.Ordinal))
            {
                var image = content.AsSpan().IndexOf("IM"u8);
                foreach (var digits in new[] { "99999999", "00100000", "00000000", "-0000001" })
                {
                    // NROWS and NCOLS of the image subheader stand behind 333 characters.
                    var huge = content.ToArray();
                    Encoding(digits + digits).CopyTo(huge.AsSpan(image + 333));
                    yield return ($"rows{digits}-{name}", huge);
                }
            }
        }
    }

    /// <summary>What GDAL would follow to another file, under the name of an image.</summary>
    public static IEnumerable<(string Name, byte[] Content)> Disguised(string secret)
    {
        var vrt = $"<VRTDataset rasterXSize=\"64\" rasterYSize=\"64\"><VRTRasterBand dataType=\"Byte\" band=\"1\"><SimpleSource><SourceFilename relativeToVRT=\"0\">{secret}</SourceFilename><SourceBand>1</SourceBand></SimpleSource></VRTRasterBand></VRTDataset>";
        foreach (var extension in new[] { "tif", "ntf", "png", "jpg", "jp2", "vrt", "xml" })
            yield return ($"vrt.{extension}", Encoding(vrt));
        yield return ("wms.tif", Encoding($"<GDAL_WMS><Service name=\"TMS\"><ServerUrl>file://{secret}</ServerUrl></Service></GDAL_WMS>"));
        yield return ("link.tif", Encoding(secret));
        foreach (var (name, content) in Sound)
        {
            if (content.AsSpan().IndexOf(new byte[] { 0xFF, 0x4F, 0xFF, 0x51 }) is >= 0 and var stream && name.EndsWith(".ntf", StringComparison.Ordinal))
            {
                // A NITF hands its code stream to GDAL's other drivers.
                var hidden = content.ToArray();
                Encoding(vrt.PadRight(hidden.Length - stream))[..(hidden.Length - stream)].CopyTo(hidden.AsSpan(stream));
                yield return ($"vrt-in-{name}", hidden);
            }
        }
    }

    private static List<(string Name, byte[] Content)> MakeSound()
    {
        var plain = new SampleTiff(120, 90, 3, 1) { Extra = [.. SampleTiff.Utm18] }.ToBytes();
        var sensor = new SampleTiff(120, 90, 1, 2) { Extra = SampleTiff.Polynomials(120, 90) }.ToBytes();
        List<(string, byte[])> images = [("utm.tif", plain), ("rpc.tif", sensor), ("gcp.tif", new SampleTiff(60, 60, 1, 4, 3) { Extra = SampleTiff.ControlPoints(60, 60) }.ToBytes())];
        using var folder = new TemporaryFolder();
        using var color = ImageFile.Open(folder.Write("utm.tif", plain), ImagingLimits.Default);
        using var words = ImageFile.Open(folder.Write("rpc.tif", sensor), ImagingLimits.Default);
        foreach (var (name, image, format, compression) in new[]
                 {
                     ("lzw.tif", color, TileFormat.Gtiff, TileCompression.Lzw), ("jpeg.tif", color, TileFormat.Gtiff, TileCompression.Jpeg),
                     ("plain.png", color, TileFormat.Png, TileCompression.None), ("plain.jpg", color, TileFormat.Jpeg, TileCompression.None),
                     ("plain.ntf", color, TileFormat.Nitf, TileCompression.None), ("rpc.ntf", words, TileFormat.Nitf, TileCompression.None),
                     ("jpeg.ntf", color, TileFormat.Nitf, TileCompression.Jpeg), ("j2k.ntf", color, TileFormat.Nitf, TileCompression.J2k),
                 })
        {
            if (compression == TileCompression.J2k && !GdalRuntime.HasDriver("JP2OpenJPEG"))
                continue;
            using var encoder = new TileEncoder(format, compression);
            using var tile = encoder.Encode(image, image.Bounds);
            images.Add((name, tile.Payload.ToArray()));
        }

        return images;
    }

    private static byte[] Encoding(string text) => System.Text.Encoding.ASCII.GetBytes(text);

    // SOF0 of a JPEG stream: height and width stand 5 and 7 bytes behind it.
    private static int JpegFrame(byte[] content) => content.AsSpan().IndexOf(new byte[] { 0xFF, 0xC0, 0x00, 0x11, 0x08 });

    private static byte[] Tiff(int width, int height, int? tile)
    {
        var directory = new TiffDirectory();
        directory.Add(TiffTag.Longs(TiffDirectory.ImageWidth, (uint)width));
        directory.Add(TiffTag.Longs(TiffDirectory.ImageLength, (uint)height));
        directory.Add(TiffTag.Shorts(TiffDirectory.BitsPerSample, 8));
        directory.Add(TiffTag.Shorts(TiffDirectory.Compression, 1));
        directory.Add(TiffTag.Shorts(TiffDirectory.Photometric, 1));
        directory.Add(TiffTag.Shorts(TiffDirectory.SamplesPerPixel, 1));
        if (tile is { } side)
        {
            directory.Add(TiffTag.Longs(TiffDirectory.TileWidth, (uint)side));
            directory.Add(TiffTag.Longs(TiffDirectory.TileLength, (uint)side));
            directory.Add(TiffTag.Longs(TiffDirectory.TileOffsets, 0));
            directory.Add(TiffTag.Longs(TiffDirectory.TileByteCounts, 0));
        }
        else
        {
            directory.Add(TiffTag.Longs(TiffDirectory.RowsPerStrip, 1));
            directory.Add(TiffTag.Longs(TiffDirectory.StripOffsets, 8));
            directory.Add(TiffTag.Longs(TiffDirectory.StripByteCounts, 16));
        }

        var file = new byte[directory.Size + 64];
        directory.Write(file);
        return file;
    }

    // 225 million zeros in a quarter of a megabyte.
    private static byte[] Png(int width, int height)
    {
        using var data = new MemoryStream();
        using (var deflate = new ZLibStream(data, CompressionLevel.Optimal, leaveOpen: true))
        {
            var row = new byte[width + 1];
            for (var y = 0; y < height; y++)
                deflate.Write(row);
        }

        using var file = new MemoryStream();
        file.Write([0x89, (byte)'P', (byte)'N', (byte)'G', 0x0D, 0x0A, 0x1A, 0x0A]);
        var header = new byte[13];
        BinaryPrimitives.WriteInt32BigEndian(header, width);
        BinaryPrimitives.WriteInt32BigEndian(header.AsSpan(4), height);
        header[8] = 8;
        Chunk(file, "IHDR", header);
        Chunk(file, "IDAT", data.ToArray());
        Chunk(file, "IEND", []);
        return file.ToArray();
    }

    private static void Chunk(MemoryStream file, string type, byte[] data)
    {
        Span<byte> number = stackalloc byte[4];
        BinaryPrimitives.WriteInt32BigEndian(number, data.Length);
        file.Write(number);
        byte[] body = [.. Encoding(type), .. data];
        file.Write(body);
        BinaryPrimitives.WriteUInt32BigEndian(number, Crc32.Of(body));
        file.Write(number);
    }
}
