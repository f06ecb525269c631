using Swath.Contracts;

namespace Swath.Imaging.Tests.Encoding;

/// <summary>The numbers in a tile mean what they mean in the image: signed stays signed, white stays white, red stays red.</summary>
public sealed class SampleMeaningTests : IDisposable
{
    private static readonly PixelWindow Window = new(5, 3, 48, 40);

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [SkippableTheory]
    [InlineData(TileFormat.Gtiff, TileCompression.None, "Byte")]
    [InlineData(TileFormat.Gtiff, TileCompression.Lzw, "Byte")]
    [InlineData(TileFormat.Nitf, TileCompression.None, "Int16")]
    [InlineData(TileFormat.Nitf, TileCompression.J2k, "Int16")]
    public async Task Encode_SignedBytes_StaySigned(TileFormat format, TileCompression compression, string written)
    {
        var tiff = await MakeAsync("signed.tif", "GTiff", "Byte", 2, "PIXELTYPE=SIGNEDBYTE");
        var nitf = await MakeAsync("plain.ntf", "NITF", "Byte", 2, "");
        var header = await File.ReadAllBytesAsync(nitf);
        "SI "u8.CopyTo(header.AsSpan(header.AsSpan().IndexOf("INTM"u8)));
        await File.WriteAllBytesAsync(nitf, header);
        foreach (var path in new[] { tiff, nitf })
        {
            using var image = ImageFile.Open(path, ImagingLimits.Default);
            Assert.Equal("Int8", image.Header.SampleType);
            var raw = await GdalOracle.ValuesAsync(path, Window);
            var expected = raw.Select(band => band.Select(value => value > 127 ? value - 256 : value));
            Assert.Equal(expected, await TileValuesAsync(image, format, compression));
            Assert.Equal(written, (await GdalOracle.DescribeAsync(_folder.File("tile"))).SampleType);
        }
    }

    [SkippableTheory]
    [InlineData(TileFormat.Png, TileCompression.None)]
    [InlineData(TileFormat.Jpeg, TileCompression.None)]
    [InlineData(TileFormat.Gtiff, TileCompression.Jpeg)]
    [InlineData(TileFormat.Nitf, TileCompression.Jpeg)]
    public async Task EnsureSupported_SignedBytesInAFormatWithoutThem_IsRefusedUnlessStretched(TileFormat format, TileCompression compression)
    {
        using var image = ImageFile.Open(await MakeAsync("signed.tif", "GTiff", "Byte", 1, "PIXELTYPE=SIGNEDBYTE"), ImagingLimits.Default);
        var tile = new TileOptions { Format = format, Compression = compression };

        Assert.Contains("Int8", Assert.Throws<ImageException>(() => TileEncoder.EnsureSupported(tile, image.Header)).Message, StringComparison.Ordinal);
        TileEncoder.EnsureSupported(tile with { Range = RangeAdjustment.MinMax }, image.Header);
    }

    [SkippableFact]
    public async Task Stretch_SignedBytes_GoesFromTheLeastToTheGreatest()
    {
        var path = await MakeAsync("signed.tif", "GTiff", "Byte", 1, "PIXELTYPE=SIGNEDBYTE", "d.GetRasterBand(1).SetNoDataValue(-128)");
        using var image = ImageFile.Open(path, ImagingLimits.Default);
        Assert.Equal(-128, image.NoData);
        var stretch = ImageStatistics.StretchOf(image, RangeAdjustment.MinMax)!;
        Assert.Equal((-127.0, 127.0), (stretch.Low[0], stretch.High[0]));
        var signed = (await GdalOracle.ValuesAsync(path, Window))[0];
        image.Apply(stretch);
        var tile = (await TileValuesAsync(image, TileFormat.Png, TileCompression.None))[0];
        Assert.All(signed.Zip(tile), pair => Assert.Equal(pair.First == -128 ? 0 : 1 + Math.Round((pair.First + 127) / 254 * 254), pair.Second));
    }

    [SkippableFact]
    public async Task Encode_SignedBytesWithNoData_KeepsItInTheTile()
    {
        var path = await MakeAsync("signed.tif", "GTiff", "Byte", 1, "PIXELTYPE=SIGNEDBYTE", "d.GetRasterBand(1).SetNoDataValue(-128)");
        using var image = ImageFile.Open(path, ImagingLimits.Default);
        foreach (var compression in new[] { TileCompression.None, TileCompression.Lzw })
        {
            await TileValuesAsync(image, TileFormat.Gtiff, compression);
            Assert.Equal(-128, (await GdalOracle.DescribeAsync(_folder.File("tile"))).NoData);
        }
    }

    [SkippableFact]
    public async Task Encode_ScaleAndOffset_AreNotAppliedAndTheUserIsTold()
    {
        var path = await MakeAsync("scaled.tif", "GTiff", "Int16", 1, "", "d.GetRasterBand(1).SetScale(0.01); d.GetRasterBand(1).SetOffset(5)");
        using var image = ImageFile.Open(path, ImagingLimits.Default);
        Assert.Contains("scale", Assert.Single(image.Notes), StringComparison.Ordinal);
        Assert.Equal(await GdalOracle.ValuesAsync(path, Window), await TileValuesAsync(image, TileFormat.Gtiff, TileCompression.None));
    }

    [SkippableTheory]
    [InlineData("PHOTOMETRIC=CMYK", 4)]
    [InlineData("PHOTOMETRIC=CIELAB", 3)]
    [InlineData("PHOTOMETRIC=YCBCR COMPRESS=JPEG", 3)]
    public async Task Encode_OtherColors_AreRedGreenBlueAsGdalConvertsThem(string options, int bands)
    {
        var path = await MakeAsync("colors.tif", "GTiff", "Byte", bands, options);
        using var image = ImageFile.Open(path, ImagingLimits.Default);
        Assert.Equal(await GdalOracle.ValuesAsync(path, Window), await TileValuesAsync(image, TileFormat.Png, TileCompression.None));
        Assert.Equal(["Red", "Green", "Blue"], (await GdalOracle.DescribeAsync(_folder.File("tile"))).Colors.Take(3));
    }

    [SkippableTheory]
    [InlineData("GTiff", "UInt16", 4, "PHOTOMETRIC=CMYK", "", "inks")]
    [InlineData("GTiff", "Byte", 3, "PHOTOMETRIC=ICCLAB", "", "L*a*b*")]
    [InlineData("GTiff", "Byte", 3, "PHOTOMETRIC=ITULAB", "", "L*a*b*")]
    [InlineData("NITF", "Byte", 3, "IREP=YCbCr601", "", "YCbCr")]
    [InlineData("GTiff", "Byte", 2, "", "t = gdal.ColorTable(); t.SetColorEntry(3, (1, 2, 3)); d.GetRasterBand(1).SetColorTable(t); d.GetRasterBand(1).SetColorInterpretation(gdal.GCI_PaletteIndex)", "palette")]
    public async Task Open_ColorsThatNobodyConverts_AreRefusedByName(string driver, string type, int bands, string options, string more, string name)
    {
        var path = await MakeAsync("colors", driver, type, bands, options, more);
        var refused = Assert.Throws<ImageException>(() => ImageFile.Open(path, ImagingLimits.Default));
        Assert.Equal(ImageErrorKind.InvalidRequest, refused.Kind);
        Assert.Contains(name, refused.Message, StringComparison.Ordinal);
    }

    [SkippableFact]
    public async Task Encode_PaletteOf16Bits_IsReadAsColors()
    {
        var path = await MakeAsync("palette.tif", "GTiff", "UInt16", 1, "NBITS=12",
            "t = gdal.ColorTable(); [t.SetColorEntry(i, (i % 256, i // 16, 7)) for i in range(4096)]; d.GetRasterBand(1).SetColorTable(t); d.GetRasterBand(1).SetColorInterpretation(gdal.GCI_PaletteIndex)");
        using var image = ImageFile.Open(path, ImagingLimits.Default);
        Assert.Equal((3, "Byte"), (image.Header.Bands, image.Header.SampleType));
        var raw = (await GdalOracle.ValuesAsync(path, Window))[0];
        var tile = await TileValuesAsync(image, TileFormat.Png, TileCompression.None);
        Assert.Equal([raw.Select(index => index % 256), raw.Select(index => Math.Floor(index / 16)), raw.Select(_ => 7.0)], tile);
    }

    [SkippableFact]
    public async Task Encode_ColorsOf16Bits_AreStillColors()
    {
        var path = await MakeAsync("deep.tif", "GTiff", "UInt16", 3, "PHOTOMETRIC=RGB");
        using var image = ImageFile.Open(path, ImagingLimits.Default);
        foreach (var compression in new[] { TileCompression.None, TileCompression.Lzw })
        {
            Assert.Equal(await GdalOracle.ValuesAsync(path, Window), await TileValuesAsync(image, TileFormat.Gtiff, compression));
            Assert.Equal(["Red", "Green", "Blue"], (await GdalOracle.DescribeAsync(_folder.File("tile"))).Colors);
        }
    }

    [SkippableFact]
    public async Task Encode_GrayWithAlpha_IsStillGrayWithAlpha()
    {
        using var image = ImageFile.Open(await MakeAsync("alpha.tif", "GTiff", "Byte", 2, "ALPHA=YES"), ImagingLimits.Default);
        foreach (var compression in new[] { TileCompression.None, TileCompression.Lzw })
        {
            await TileValuesAsync(image, TileFormat.Gtiff, compression);
            Assert.Equal(["Gray", "Alpha"], (await GdalOracle.DescribeAsync(_folder.File("tile"))).Colors);
        }
    }

    [SkippableFact]
    public async Task Open_SignedJpeg2000Of8Bits_IsRefusedByName()
    {
        Skip.IfNot(GdalRuntime.HasDriver("JP2OpenJPEG"), "This GDAL has no JP2OpenJPEG.");
        var path = await MakeAsync("signed.jp2", "JP2OpenJPEG", "Byte", 1, "REVERSIBLE=YES QUALITY=100");
        ImageFile.Open(path, ImagingLimits.Default).Dispose();
        var file = await File.ReadAllBytesAsync(path);
        file[file.AsSpan().IndexOf((ReadOnlySpan<byte>)[0xFF, 0x4F, 0xFF, 0x51]) + 42] |= 0x80;
        file[file.AsSpan().IndexOf("ihdr"u8) + 14] |= 0x80;
        await File.WriteAllBytesAsync(path, file);
        Assert.Contains("signed", Assert.Throws<ImageException>(() => ImageFile.Open(path, ImagingLimits.Default)).Message, StringComparison.Ordinal);
    }

    [SkippableFact]
    public async Task Encode_BlueGreenRed_ComesAsRedGreenBlue()
    {
        var path = await MakeAsync("bgr.jp2", "JP2OpenJPEG", "Byte", 3, "REVERSIBLE=YES QUALITY=100 YCBCR420=NO", "[d.GetRasterBand(i + 1).SetColorInterpretation(5 - i) for i in range(3)]");
        using var image = ImageFile.Open(path, ImagingLimits.Default);
        var raw = await GdalOracle.ValuesAsync(path, Window);
        var colors = (await GdalOracle.DescribeAsync(path)).Colors;
        Skip.IfNot(colors is ["Blue", "Green", "Red"], "This GDAL's driver keeps no order of colours.");
        Assert.Equal([raw[2], raw[1], raw[0]], await TileValuesAsync(image, TileFormat.Png, TileCompression.None));
    }

    [SkippableFact]
    public async Task Encode_BandsThatDifferInNoData_ClaimNone()
    {
        // A PNG whose transparent colour is (1, 2, 3).
        var path = await MakeAsync("transparent.png", "PNG", "Byte", 3, "", "d.SetMetadataItem('NODATA_VALUES', '1 2 3')");
        using var image = ImageFile.Open(path, ImagingLimits.Default);
        Assert.Null(image.NoData);
    }

    [SkippableFact]
    public async Task Encode_HalfPrecision_IsWidenedWithoutLoss()
    {
        var path = await MakeAsync("half.tif", "GTiff", "Float32", 1, "NBITS=16");
        using var image = ImageFile.Open(path, ImagingLimits.Default);
        Assert.Equal("Float32", image.Header.SampleType);
        Assert.Equal(await GdalOracle.ValuesAsync(path, Window), await TileValuesAsync(image, TileFormat.Gtiff, TileCompression.None));
    }

    [SkippableFact]
    public async Task Encode_PixelIsPoint_LiesWhereGdalSees()
    {
        var path = await MakeAsync("point.tif", "GTiff", "Byte", 1, "",
            "d.SetGeoTransform([500000, 10, 0, 4000000, 0, -10]); d.SetProjection('EPSG:32618'); d.SetMetadataItem('AREA_OR_POINT', 'Point')");
        using var image = ImageFile.Open(path, ImagingLimits.Default);
        var whole = await GdalOracle.DescribeAsync(path);
        foreach (var compression in new[] { TileCompression.None, TileCompression.Lzw })
        {
            await TileValuesAsync(image, TileFormat.Gtiff, compression);
            var tile = await GdalOracle.DescribeAsync(_folder.File("tile"));
            Assert.Equal((whole.Transform[0] + (10 * Window.X), whole.Transform[3] - (10 * Window.Y)), (tile.Transform[0], tile.Transform[3]));
        }
    }

    private Task<string> MakeAsync(string name, string driver, string type, int bands, string options, string more = "") =>
        SampleImages.MakeAsync(_folder, name, driver, type, bands, options, more);

    private Task<double[][]> TileValuesAsync(ImageFile image, TileFormat format, TileCompression compression) =>
        SampleImages.TileValuesAsync(_folder, image, Window, format, compression);
}
