using System.Security.Cryptography;
using Swath.Contracts;
using Swath.Imaging.Encoding;
using Swath.Testing;

namespace Swath.Imaging.Tests.Opening;

public sealed class ImageFileReadTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [SkippableTheory]
    [InlineData("landsat7-bahamas-rgb.tif", Georeferencing.Affine)]
    [InlineData("cogeo.tif", Georeferencing.Affine)]
    [InlineData("wpafb-20091021-vis-r2.ntf", Georeferencing.Affine)]
    [InlineData("autzen-utm10.ntf", Georeferencing.Affine)]
    [InlineData("jitc-1024-j2k.ntf", Georeferencing.None)]
    public async Task Read_RealImage_HasTheHeaderAndPixelsThatGdalSees(string file, Georeferencing georeferencing)
    {
        var path = ImageryFolder.Require(file);
        var expected = await GdalOracle.DescribeAsync(path);
        using var image = ImageFile.Open(path, ImagingLimits.Default);
        Assert.Equal(
            new ImageHeader
            {
                Width = expected.Width,
                Height = expected.Height,
                Bands = expected.Bands,
                SampleType = expected.SampleType,
                Driver = expected.Driver,
                Georeferencing = georeferencing,
            },
            image.Header with { Source = null });
        Assert.Equal(expected.Sha256, Sha256(image, image.Bounds));
    }

    [SkippableFact]
    public void Read_CorruptBlock_FailsForItsTilesAndReadsTheOthers()
    {
        var corrupt = ImageryFolder.Require("corrupt.tif");
        using var image = ImageFile.Open(corrupt, ImagingLimits.Default);
        using var intact = ImageFile.Open(ImageryFolder.Require("cogeo.tif"), ImagingLimits.Default);
        var failures = 0;
        foreach (var tile in TileGrid.Cover(image.Bounds, 512, 0))
        {
            try
            {
                var read = Sha256(image, tile);
                Assert.Equal(Sha256(intact, tile), read);
            }
            catch (ImageException failed)
            {
                failures++;
                Assert.Equal(ImageErrorKind.ReadFailed, failed.Kind);
                Assert.Null(failed.Rejection);
                Assert.Contains(corrupt, failed.Message, StringComparison.Ordinal);
                Assert.Contains(tile.ToString(), failed.Message, StringComparison.Ordinal);
                Assert.Contains("TIFFFillTile", failed.Message, StringComparison.Ordinal);
            }
        }

        Assert.Equal(1, failures);
    }

    [SkippableFact]
    public void Read_ManyThreadsWithOwnFiles_SeeTheSamePixels()
    {
        var path = ImageryFolder.Require("cogeo.tif");
        string[] expected;
        IReadOnlyList<PixelWindow> tiles;
        using (var image = ImageFile.Open(path, ImagingLimits.Default))
        {
            tiles = TileGrid.Cover(image.Bounds, 200, 20);
            expected = [.. tiles.Select(tile => Sha256(image, tile))];
        }

        Parallel.For(0, 8, _ =>
        {
            using var image = ImageFile.Open(path, ImagingLimits.Default);
            Assert.Equal(expected, tiles.Select(tile => Sha256(image, tile)));
        });
    }

    [Theory]
    [InlineData(1, 1, 1)]
    [InlineData(4, 1, 1)]
    [InlineData(3, 2, 1)]
    [InlineData(2, 2, 2)]
    [InlineData(7, 4, 3)]
    [InlineData(2, 8, 3)]
    [InlineData(1, 8, 6)]
    public void Read_AnySamples_GivesThePixelsInEitherOrder(int bands, int bytes, ushort format)
    {
        var sample = new SampleTiff(37, 23, bands, bytes, format);
        using var image = ImageFile.Open(_folder.Write("samples.tif", sample.ToBytes()), ImagingLimits.Default);
        var expected = sample.Pixels();

        var interleaved = new byte[image.BytesOf(image.Bounds)];
        image.Read(image.Bounds, interleaved, SampleOrder.PixelInterleaved);
        Assert.Equal(expected, interleaved);

        var sequential = new byte[image.BytesOf(image.Bounds)];
        image.Read(image.Bounds, sequential);
        for (var pixel = 0; pixel < 37 * 23; pixel++)
        {
            for (var band = 0; band < bands; band++)
            {
                Assert.True(expected.AsSpan(((pixel * bands) + band) * bytes, bytes)
                    .SequenceEqual(sequential.AsSpan(((band * 37 * 23) + pixel) * bytes, bytes)));
            }
        }
    }

    [Fact]
    public void Read_Palette_GivesItsColors()
    {
        // A colour map holds all reds, then greens, then blues, 16 bits each.
        var colors = new ushort[3 * 256];
        for (var i = 0; i < 256; i++)
            (colors[i], colors[256 + i], colors[512 + i]) = ((ushort)(i * 257), (ushort)((255 - i) * 257), 0x8080);
        var sample = new SampleTiff(16, 16, 1, 1) { Photometric = 3, Extra = [TiffTag.Shorts(320, colors)] };
        using var image = ImageFile.Open(_folder.Write("palette.tif", sample.ToBytes()), ImagingLimits.Default);
        Assert.Equal(3, image.Header.Bands);

        var pixels = new byte[image.BytesOf(image.Bounds)];
        image.Read(image.Bounds, pixels, SampleOrder.PixelInterleaved);
        Assert.Equal(sample.Pixels().SelectMany(index => new[] { index, (byte)(255 - index), (byte)0x80 }), pixels);
        using var encoder = new TileEncoder(TileFormat.Png, TileCompression.None);
        using var tile = encoder.Encode(image, image.Bounds);
        Assert.Equal(3, TileDecoder.Decode(tile.Payload).Bands);
    }

    [Theory]
    [InlineData(-1, 0, 4, 4)]
    [InlineData(0, 0, 9, 1)]
    [InlineData(8, 0, 1, 1)]
    [InlineData(0, 0, 0, 1)]
    [InlineData(int.MaxValue, 0, int.MaxValue, 1)]
    public void Read_WindowOutsideTheImage_IsRefused(int x, int y, int width, int height)
    {
        using var image = ImageFile.Open(_folder.Write("small.tif", new SampleTiff(8, 8, 1, 1).ToBytes()), ImagingLimits.Default);
        Assert.Throws<ArgumentException>(() => image.Read(new(x, y, width, height), new byte[64]));
    }

    [Fact]
    public void Read_TargetTooShort_IsRefused()
    {
        using var image = ImageFile.Open(_folder.Write("small.tif", new SampleTiff(8, 8, 1, 1).ToBytes()), ImagingLimits.Default);
        Assert.Throws<ArgumentException>(() => image.Read(image.Bounds, new byte[63]));
    }

    private static string Sha256(ImageFile image, PixelWindow window)
    {
        var pixels = new byte[image.BytesOf(window)];
        image.Read(window, pixels);
        return Convert.ToHexStringLower(SHA256.HashData(pixels));
    }
}
