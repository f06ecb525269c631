using Swath.Contracts;

namespace Swath.Imaging.Tests.Encoding;

/// <summary>What the file calls white is white in the tiles, whatever number stands for it.</summary>
public sealed class WhiteIsZeroTests : IDisposable
{
    private static readonly PixelWindow Window = new(5, 3, 48, 40);

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    // TIFF 6.0, section 8, PhotometricInterpretation: 0 is imaged as white, 2^BitsPerSample - 1 as black.
    [SkippableTheory]
    [InlineData("Byte", "", 255)]
    [InlineData("Byte", "NBITS=4", 15)]
    [InlineData("Byte", "COMPRESS=DEFLATE TILED=YES BLOCKXSIZE=16 BLOCKYSIZE=16", 255)]
    [InlineData("UInt16", "", 65535)]
    [InlineData("UInt16", "NBITS=12", 4095)]
    [InlineData("Int16", "", -1)]
    public async Task Encode_WhiteIsZero_BecomesBlackIsZeroWithTheSamePicture(string type, string options, int most)
    {
        var path = await MakeAsync("white.tif", "GTiff", type, 1, "PHOTOMETRIC=MINISWHITE " + options);
        var raw = (await GdalOracle.ValuesAsync(path, Window))[0];
        using var image = ImageFile.Open(path, ImagingLimits.Default);
        var expected = raw.Select(value => most - value).ToList();
        List<(TileFormat Format, TileCompression Compression)> lossless =
            [(TileFormat.Gtiff, TileCompression.None), (TileFormat.Gtiff, TileCompression.Lzw), (TileFormat.Nitf, TileCompression.None)];
        if (type != "Int16")
            lossless.Add((TileFormat.Png, TileCompression.None));
        foreach (var (format, compression) in lossless)
        {
            Assert.Equal(expected, Assert.Single(await TileValuesAsync(image, format, compression)));
            var white = await GdalOracle.RunAsync(
                "import sys; from osgeo import gdal; d = gdal.Open(sys.argv[1]); print(d.GetMetadataItem('MINISWHITE', 'IMAGE_STRUCTURE'))", _folder.File("tile"));
            Assert.Equal("None", white.Trim());
        }
    }

    [SkippableFact]
    public async Task Encode_WhiteIsZeroAsJpeg_IsThePictureThatViewersShow()
    {
        // A ramp: noise would not survive JPEG.
        var path = await MakeAsync("white.tif", "GTiff", "Byte", 1, "PHOTOMETRIC=MINISWHITE", "d.WriteRaster(0, 0, 64, 48, bytes(4 * (i % 64) for i in range(64 * 48)))");
        using var image = ImageFile.Open(path, ImagingLimits.Default);
        var raw = (await GdalOracle.ValuesAsync(path, Window))[0];
        foreach (var (format, compression) in new[] { (TileFormat.Jpeg, TileCompression.None), (TileFormat.Gtiff, TileCompression.Jpeg), (TileFormat.Nitf, TileCompression.Jpeg) })
        {
            var tile = (await TileValuesAsync(image, format, compression))[0];
            Assert.InRange(raw.Zip(tile, (first, second) => Math.Abs(255 - first - second)).Max(), 0, 12);
        }
    }

    [SkippableFact]
    public async Task Encode_BilevelWhiteIsZero_IsBlackAndWhiteAsViewersShowIt()
    {
        var path = await MakeAsync("fax.tif", "GTiff", "Byte", 1, "NBITS=1 COMPRESS=CCITTFAX4 PHOTOMETRIC=MINISWHITE");
        using var image = ImageFile.Open(path, ImagingLimits.Default);
        var raw = (await GdalOracle.ValuesAsync(path, Window))[0];
        var tile = await TileValuesAsync(image, TileFormat.Png, TileCompression.None);
        Assert.All(tile, band => Assert.Equal(raw.Select(value => value == 0 ? 255.0 : 0), band));
    }

    [SkippableFact]
    public async Task Encode_WhiteIsZeroWithNoDataAndMoreBands_TurnsTheGrayOnly()
    {
        var path = await MakeAsync("white.tif", "GTiff", "Byte", 2, "PHOTOMETRIC=MINISWHITE ALPHA=YES");
        using (var image = ImageFile.Open(path, ImagingLimits.Default))
        {
            var raw = await GdalOracle.ValuesAsync(path, Window);
            var tile = await TileValuesAsync(image, TileFormat.Gtiff, TileCompression.None);
            Assert.Equal(raw[0].Select(value => 255 - value), tile[0]);
            Assert.Equal(raw[1], tile[1]);
        }

        path = await MakeAsync("nothing.tif", "GTiff", "Byte", 1, "PHOTOMETRIC=MINISWHITE", "d.GetRasterBand(1).SetNoDataValue(7)");
        using var single = ImageFile.Open(path, ImagingLimits.Default);
        await TileValuesAsync(single, TileFormat.Gtiff, TileCompression.None);
        Assert.Equal(248, (await GdalOracle.DescribeAsync(_folder.File("tile"))).NoData);
    }

    [SkippableFact]
    public async Task NoData_WhiteIsZeroWithAlpha_IsTheTurnedValueOfTheGray()
    {
        var path = await MakeAsync("nothing.tif", "GTiff", "Byte", 2, "PHOTOMETRIC=MINISWHITE ALPHA=YES",
            "d.GetRasterBand(1).SetNoDataValue(7); d.GetRasterBand(2).SetColorInterpretation(gdal.GCI_AlphaBand)");
        using var image = ImageFile.Open(path, ImagingLimits.Default);
        Assert.True(image.IsAlpha(2));
        Assert.Equal(248, image.NoData);
    }

    [SkippableFact]
    public async Task Open_WhiteIsZeroOfFloatingPoint_IsSentAsItStandsAndSaysSo()
    {
        var path = await MakeAsync("white.tif", "GTiff", "Float32", 1, "PHOTOMETRIC=MINISWHITE");
        using var image = ImageFile.Open(path, ImagingLimits.Default);
        Assert.Contains("WhiteIsZero", Assert.Single(image.Notes), StringComparison.Ordinal);
        Assert.Equal(await GdalOracle.ValuesAsync(path, Window), await TileValuesAsync(image, TileFormat.Gtiff, TileCompression.None));
    }

    private Task<string> MakeAsync(string name, string driver, string type, int bands, string options, string more = "") =>
        SampleImages.MakeAsync(_folder, name, driver, type, bands, options, more);

    private Task<double[][]> TileValuesAsync(ImageFile image, TileFormat format, TileCompression compression) =>
        SampleImages.TileValuesAsync(_folder, image, Window, format, compression);
}
