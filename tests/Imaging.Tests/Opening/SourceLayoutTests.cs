using System.Security.Cryptography;
using Swath.Contracts;
using Swath.Testing;

namespace Swath.Imaging.Tests.Opening;

/// <summary>However a file lays out its pixels, tiles have the same ones; overviews and masks beside them change nothing.</summary>
public sealed class SourceLayoutTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [SkippableTheory]
    [InlineData("strips", "GTiff", "BLOCKYSIZE=7")]
    [InlineData("tiles", "GTiff", "TILED=YES BLOCKXSIZE=64 BLOCKYSIZE=32")]
    [InlineData("planes", "GTiff", "TILED=YES INTERLEAVE=BAND")]
    [InlineData("big", "GTiff", "BIGTIFF=YES ENDIANNESS=BIG")]
    [InlineData("deflate", "GTiff", "COMPRESS=DEFLATE PREDICTOR=2")]
    [InlineData("zstd", "GTiff", "COMPRESS=ZSTD")]
    [InlineData("lerc", "GTiff", "COMPRESS=LERC")]
    [InlineData("cog", "COG", "BLOCKSIZE=128 COMPRESS=DEFLATE OVERVIEWS=AUTO")]
    [InlineData("jp2", "JP2OpenJPEG", "QUALITY=100 REVERSIBLE=YES BLOCKXSIZE=128 BLOCKYSIZE=128")]
    [InlineData("nitf", "NITF", "")]
    [InlineData("blocks", "NITF", "BLOCKXSIZE=64 BLOCKYSIZE=64")]
    [InlineData("png", "PNG", "")]
    public async Task Encode_AnyLayout_HasTheSamplesThatGdalSees(string name, string driver, string options)
    {
        var source = _folder.Write("source.tif", new SampleTiff(300, 260, 3, 1) { Extra = SampleTiff.Utm18, Photometric = 2 }.ToBytes());
        var path = _folder.File(name);
        var creation = options.Split(' ', StringSplitOptions.RemoveEmptyEntries).SelectMany(option => new[] { "-co", option });
        await ExternalTool.RunAsync("gdal_translate", ["-q", "-of", driver, .. creation, source, path]);
        await AssertTilesAsync(path, new PixelWindow(37, 61, 150, 130));
    }

    [SkippableFact]
    public async Task Encode_ImageWithMaskAndOverviews_HasItsOwnSamples()
    {
        var source = _folder.Write("source.tif", new SampleTiff(300, 260, 4, 1) { Photometric = 2 }.ToBytes());
        var path = _folder.File("masked.tif");
        await ExternalTool.RunAsync(
            "gdal_translate", ["-q", "-b", "1", "-b", "2", "-b", "3", "-mask", "4", "--config", "GDAL_TIFF_INTERNAL_MASK", "YES", source, path]);
        await ExternalTool.RunAsync("gdaladdo", ["-q", "-r", "nearest", path, "2", "4"]);
        await AssertTilesAsync(path, new PixelWindow(20, 30, 200, 200));
    }

    [SkippableTheory]
    [InlineData("Byte", "NBITS=1")]
    [InlineData("Byte", "NBITS=4")]
    [InlineData("UInt16", "NBITS=12")]
    [InlineData("Int32", "COMPRESS=LZW")]
    [InlineData("Float64", "TILED=YES")]
    [InlineData("CFloat32", "")]
    [InlineData("CInt16", "")]
    public async Task Encode_AnySamples_AreTheSameForGdal(string type, string options)
    {
        var source = _folder.Write("source.tif", new SampleTiff(120, 90, 2, 1).ToBytes());
        var path = _folder.File("samples.tif");
        var creation = options.Split(' ', StringSplitOptions.RemoveEmptyEntries).SelectMany(option => new[] { "-co", option });
        await ExternalTool.RunAsync("gdal_translate", ["-q", "-ot", type, "-scale", "0", "255", "0", options == "NBITS=1" ? "1" : "15", .. creation, source, path]);
        await AssertTilesAsync(path, new PixelWindow(11, 13, 61, 47));
    }

    private static async Task AssertTilesAsync(string path, PixelWindow window)
    {
        var expected = await GdalOracle.DescribeAsync(path, window);
        using var image = ImageFile.Open(path, ImagingLimits.Default);
        foreach (var compression in new[] { TileCompression.None, TileCompression.Lzw })
        {
            using var encoder = new TileEncoder(TileFormat.Gtiff, compression);
            using var tile = encoder.Encode(image, window);
            var decoded = TileDecoder.Decode(tile.Payload);
            Assert.Equal((expected.Bands, expected.SampleType), (decoded.Bands, decoded.SampleType));
            Assert.Equal(expected.Sha256, Convert.ToHexStringLower(SHA256.HashData(decoded.Pixels)));
        }
    }
}
