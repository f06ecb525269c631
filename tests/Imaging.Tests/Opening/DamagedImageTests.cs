using Swath.Contracts;

namespace Swath.Imaging.Tests.Opening;

/// <summary>Images that are cut short or damaged: what is reported as read is what a fresh handle reads, and what the sound image has.</summary>
public sealed class DamagedImageTests : IDisposable
{
    private const int Side = 500;
    private static readonly string[] Blocks = ["BLOCKXSIZE=128", "BLOCKYSIZE=128"];

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    public static TheoryData<string, string, string[]> Formats => new()
    {
        { "plain.jpg", "JPEG", [] },
        { "progressive.jpg", "JPEG", ["PROGRESSIVE=YES"] },
        { "plain.png", "PNG", [] },
        { "one-block.ntf", "NITF", ["IC=C3"] },
        { "blocks.ntf", "NITF", ["IC=C3", .. Blocks] },
        { "masked.ntf", "NITF", ["IC=M3", .. Blocks] },
        { "jpeg2000.ntf", "NITF", ["IC=C8", .. Blocks] },
        { "plain.jp2", "JP2OpenJPEG", Blocks },
        { "jpeg.tif", "GTiff", ["COMPRESS=JPEG", "TILED=YES", .. Blocks] },
        { "strips.tif", "GTiff", ["COMPRESS=JPEG"] },
        { "one-strip.tif", "GTiff", ["COMPRESS=DEFLATE", "BLOCKYSIZE=500"] },
        { "plain.ntf", "NITF", [] },
    };

    [SkippableTheory]
    [MemberData(nameof(Formats))]
    public void Read_ImageCutInHalf_ReportsOnlyPixelsThatAFreshHandleReads(string name, string driver, string[] options)
    {
        Skip.If(driver == "JP2OpenJPEG" && !GdalRuntime.HasDriver(driver), "GDAL has no JPEG 2000 here.");
        var sound = GdalCopy.Make(GdalCopy.Picture(_folder, Side, Side), _folder.File(name), driver, options);
        var content = File.ReadAllBytes(sound);
        var cut = _folder.Write("cut-" + name, content.AsSpan(0, content.Length / 2));
        AssertHonest(sound, cut);
    }

    /// <summary>In the middle of the compressed data, so that the decoder stumbles and could go on.</summary>
    [SkippableTheory]
    [MemberData(nameof(Formats))]
    public void Read_ImageWithAHole_ReportsOnlyPixelsThatAFreshHandleReads(string name, string driver, string[] options)
    {
        Skip.If(driver == "JP2OpenJPEG" && !GdalRuntime.HasDriver(driver), "GDAL has no JPEG 2000 here.");
        var sound = GdalCopy.Make(GdalCopy.Picture(_folder, Side, Side), _folder.File(name), driver, options);
        var content = File.ReadAllBytes(sound);

        // FF D9 ends a JPEG picture early; in other data it is only wrong.
        for (var at = content.Length / 2; at < (content.Length / 2) + 64; at += 2)
            (content[at], content[at + 1]) = (0xFF, 0xD9);
        AssertHonest(null, _folder.Write("hole-" + name, content));
    }

    /// <summary>Every tile through one handle, in order and in any order, as several readers have them, against a fresh handle for each.</summary>
    private static void AssertHonest(string? sound, string damaged)
    {
        var tiles = TileGrid.Cover(new(0, 0, Side, Side), 100, 0);
        var expected = tiles.ToDictionary(tile => tile, tile => Fresh(damaged, tile));
        Assert.True(sound is null || tiles.Any(tile => expected[tile] is null), "nothing is damaged");
        var shuffled = tiles.ToArray();
        new Random(5).Shuffle(shuffled);
        foreach (var run in TileCutter.Runs(tiles, 3).Append(tiles).Append(shuffled))
        {
            using var image = ImageFile.Open(damaged, ImagingLimits.Default);
            foreach (var tile in run)
            {
                if (TryRead(image, tile) is not { } pixels)
                    continue;
                Assert.True(expected[tile] is not null, $"{tile}: reported as read, and a fresh handle can't");
                Assert.True(pixels.AsSpan().SequenceEqual(expected[tile]), $"{tile}: not the pixels that a fresh handle reads");
                if (sound is not null)
                    Assert.True(pixels.AsSpan().SequenceEqual(Fresh(sound, tile)), $"{tile}: not the pixels of the sound image");
            }
        }
    }

    private static byte[]? Fresh(string path, PixelWindow window)
    {
        using var image = ImageFile.Open(path, ImagingLimits.Default);
        return TryRead(image, window);
    }

    private static byte[]? TryRead(ImageFile image, PixelWindow window)
    {
        try
        {
            var pixels = new byte[image.BytesOf(window)];
            image.Read(window, pixels);
            return pixels;
        }
        catch (ImageException failed) when (failed.Kind == ImageErrorKind.ReadFailed)
        {
            return null;
        }
    }
}
