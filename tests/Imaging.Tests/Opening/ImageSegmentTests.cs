using Swath.Contracts;

namespace Swath.Imaging.Tests.Opening;

/// <summary>Files that hold several images: pages of a TIFF, image segments of a NITF, and pictures that were split over these.</summary>
public sealed class ImageSegmentTests : IDisposable
{
    /// <summary>Defines <c>cut(x, y, width, height, value)</c>, a part of a picture of different samples, and <c>write(name, driver, source, *options)</c>.</summary>
    private const string Tools = """
        import sys
        from osgeo import gdal, osr
        gdal.UseExceptions()
        folder, wgs84 = sys.argv[1], osr.SpatialReference()
        wgs84.ImportFromEPSG(4326)
        def cut(x, y, width, height, bands=1, placed=False, kind=gdal.GDT_Byte, add=0):
            part = gdal.GetDriverByName('MEM').Create('', width, height, bands, kind)
            for band in range(bands):
                part.GetRasterBand(band + 1).WriteRaster(0, 0, width, height, bytes((3 * c + 7 * r + band + add) % 251 for r in range(y, y + height) for c in range(x, x + width)), buf_type=gdal.GDT_Byte)
            if placed:
                part.SetGeoTransform([10 + x * 0.01, 0.01, 0, 50 - y * 0.01, 0, -0.01])
                part.SetSpatialRef(wgs84)
            return part
        def write(name, driver, source, *options):
            gdal.GetDriverByName(driver).CreateCopy(folder + '/' + name, source, options=list(options))
        def nitf(name, *parts):
            for i, (source, level, attached, row, column) in enumerate(parts):
                write(name, 'NITF', source, 'APPEND_SUBDATASET=YES' if i else 'NUMI=%d' % len(parts), 'IDLVL=%d' % level, 'IALVL=%d' % attached, 'ILOCROW=%d' % row, 'ILOCCOL=%d' % column)

        """;

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [SkippableFact]
    public async Task Open_TiffPages_CountWithoutOverviewsAndMasks()
    {
        var path = await MakeAsync("pages.tif", """
            gdal.SetConfigOption('GDAL_TIFF_INTERNAL_MASK', 'YES')
            write('pages.tif', 'GTiff', cut(0, 0, 80, 60))
            first = gdal.Open(folder + '/pages.tif', gdal.GA_Update)
            first.CreateMaskBand(gdal.GMF_PER_DATASET)
            first = None
            gdal.Open(folder + '/pages.tif', gdal.GA_Update).BuildOverviews('NEAREST', [2, 4])
            write('pages.tif', 'GTiff', cut(0, 0, 70, 50, bands=3), 'APPEND_SUBDATASET=YES')
            write('pages.tif', 'GTiff', cut(0, 0, 60, 40, kind=gdal.GDT_UInt16), 'APPEND_SUBDATASET=YES')
            """);
        using (var first = Open(path))
        {
            Assert.Equal((80, 60, 1, "Byte"), (first.Header.Width, first.Header.Height, first.Header.Bands, first.Header.SampleType));
            Assert.Contains("3 images", Assert.Single(first.Notes), StringComparison.Ordinal);
        }

        using (var second = Open(path, 1))
            Assert.Equal((70, 50, 3, "Byte"), (second.Header.Width, second.Header.Height, second.Header.Bands, second.Header.SampleType));
        using (var third = Open(path, 2))
        {
            Assert.Equal((60, 40, 1, "UInt16"), (third.Header.Width, third.Header.Height, third.Header.Bands, third.Header.SampleType));
            Assert.Empty(third.Notes);
        }

        var refused = Assert.Throws<ImageException>(() => Open(path, 3));
        Assert.Equal(ImageErrorKind.InvalidRequest, refused.Kind);
        Assert.Contains("there is no imageSegment 3: the file has 3 images, 0..2", refused.Message, StringComparison.Ordinal);
    }

    [SkippableTheory]
    [InlineData("COG", "OVERVIEWS=AUTO BLOCKSIZE=128")]
    [InlineData("PNG", "")]
    [InlineData("NITF", "")]
    public async Task Open_FileOfOneImage_SaysNothing(string driver, string options)
    {
        var path = await MakeAsync("one", $"write('one', '{driver}', cut(0, 0, 600, 500), *'{options}'.split())");
        using var image = Open(path);
        Assert.Empty(image.Notes);
        Open(path, 0).Dispose();
        Assert.Contains("the file has one image, 0", Assert.Throws<ImageException>(() => Open(path, 1)).Message, StringComparison.Ordinal);
    }

    [SkippableFact]
    public async Task Open_TiffWhoseDirectoriesRunInACircle_IsReadAsFarAsItGoes()
    {
        var path = await MakeAsync("circle.tif", "write('circle.tif', 'GTiff', cut(0, 0, 80, 60)); write('circle.tif', 'GTiff', cut(0, 0, 70, 50), 'APPEND_SUBDATASET=YES')");
        var file = await File.ReadAllBytesAsync(path);
        var first = BitConverter.ToInt32(file, 4);
        var next = first + 2 + (12 * BitConverter.ToUInt16(file, first));
        var second = BitConverter.ToInt32(file, next);
        BitConverter.TryWriteBytes(file.AsSpan(second + 2 + (12 * BitConverter.ToUInt16(file, second))), first);
        await File.WriteAllBytesAsync(path, file);
        using var image = Open(path);
        Assert.Contains("2 images", Assert.Single(image.Notes), StringComparison.Ordinal);
    }

    [SkippableFact]
    public async Task Open_NitfOfUnrelatedImages_TakesTheOneThatIsNamed()
    {
        var path = await MakeAsync("three.ntf", "nitf('three.ntf', (cut(0, 0, 80, 60), 1, 0, 0, 0), (cut(0, 0, 70, 50, bands=3), 2, 0, 0, 0), (cut(0, 0, 60, 40), 3, 0, 0, 0))");
        using (var first = Open(path))
        {
            Assert.Equal((80, 60, 1), (first.Header.Width, first.Header.Height, first.Header.Bands));
            Assert.Contains("3 images", Assert.Single(first.Notes), StringComparison.Ordinal);
        }

        using (var second = Open(path, 1))
            Assert.Equal((70, 50, 3), (second.Header.Width, second.Header.Height, second.Header.Bands));
        Assert.Contains("0..2", Assert.Throws<ImageException>(() => Open(path, 3)).Message, StringComparison.Ordinal);
    }

    [SkippableTheory]
    [InlineData(1, "(cut(0, 0, 90, 40), 1, 0, 0, 0), (cut(0, 40, 90, 30), 2, 1, 40, 0), (cut(0, 70, 90, 10), 3, 2, 30, 0)")]
    [InlineData(3, "(cut(0, 0, 50, 40, 3), 1, 0, 0, 0), (cut(50, 0, 40, 40, 3), 2, 1, 0, 50), (cut(0, 40, 50, 40, 3), 3, 1, 40, 0), (cut(50, 40, 40, 40, 3), 4, 3, 0, 50)")]
    public async Task Read_PictureSplitOverSegments_IsTheWholePicture(int bands, string parts)
    {
        var path = await MakeAsync("split.ntf", $"nitf('split.ntf', {parts}); write('whole.tif', 'GTiff', cut(0, 0, 90, 80, {bands}))");
        using var split = Open(path);
        using var whole = Open(_folder.File("whole.tif"));
        Assert.Empty(split.Notes);
        Assert.Equal((90, 80, bands), (split.Header.Width, split.Header.Height, split.Header.Bands));
        foreach (var window in new[] { split.Bounds, new PixelWindow(30, 25, 41, 50), new(0, 39, 90, 2), new(49, 0, 2, 1), new(60, 70, 20, 10) })
        {
            foreach (var order in Enum.GetValues<SampleOrder>())
            {
                byte[] expected = new byte[whole.BytesOf(window)], read = new byte[split.BytesOf(window)];
                whole.Read(window, expected, order);
                split.Read(window, read, order);
                Assert.Equal(expected, read);
            }
        }

        using var encoder = new TileEncoder(TileFormat.Png, TileCompression.None);
        using var tile = encoder.Encode(split, new PixelWindow(30, 25, 41, 50));
        Assert.Equal(await GdalOracle.ValuesAsync(_folder.File("whole.tif"), tile.Window), await GdalOracle.ValuesAsync(_folder.Write("tile.png", tile.Payload.Span)));
    }

    [SkippableFact]
    public async Task IsBlank_PictureSplitOverSegments_LooksAtAllOfThem()
    {
        var path = await MakeAsync("split.ntf", """
            blank = gdal.GetDriverByName('MEM').Create('', 90, 40, 1)
            blank.GetRasterBand(1).Fill(9)
            nitf('split.ntf', (blank, 1, 0, 0, 0), (cut(0, 40, 90, 30), 2, 1, 40, 0))
            """);
        using var image = Open(path);
        Assert.True(image.IsBlank(new PixelWindow(10, 5, 60, 30)));
        Assert.False(image.IsBlank(new PixelWindow(10, 45, 60, 20)));
        Assert.False(image.IsBlank(new PixelWindow(10, 20, 60, 40)));
    }

    [SkippableFact]
    public async Task IsBlank_SplitPictureWithAPalette_LooksAtItsColors()
    {
        var path = await MakeAsync("split.ntf", """
            def indexed(part):
                table = gdal.ColorTable()
                [table.SetColorEntry(i, (i, 255 - i, 7)) for i in range(256)]
                part.GetRasterBand(1).SetColorTable(table)
                part.GetRasterBand(1).SetColorInterpretation(gdal.GCI_PaletteIndex)
                return part
            blank = gdal.GetDriverByName('MEM').Create('', 90, 40, 1)
            blank.GetRasterBand(1).Fill(9)
            nitf('split.ntf', (indexed(blank), 1, 0, 0, 0), (indexed(cut(0, 40, 90, 30)), 2, 1, 40, 0))
            """);
        using var image = Open(path);
        Assert.Equal((70, 3), (image.Header.Height, image.Header.Bands));
        Assert.True(image.IsBlank(new PixelWindow(10, 5, 60, 30)));
        Assert.False(image.IsBlank(new PixelWindow(10, 45, 60, 20)));
    }

    [SkippableFact]
    public async Task TryLocate_PictureSplitOverSegments_IsWhereItsCornersAre()
    {
        // Each segment has its own corners (IGEOLO, whole arc seconds; GDAL's BLOCKA is left out).
        var path = await MakeAsync("split.ntf", "nitf('split.ntf', (cut(0, 0, 90, 40, placed=True), 1, 0, 0, 0), (cut(0, 40, 90, 60, placed=True), 2, 1, 40, 0))");
        using var image = Open(path);
        using var locator = ImageLocator.For(image)!;
        foreach (var (x, y) in new[] { (0.5, 0.5), (89.5, 99.5), (45.0, 40.0), (10.0, 90.0) })
        {
            Assert.True(locator.TryLocate(x, y, out var longitude, out var latitude));
            Assert.Equal(10 + (x * 0.01), longitude, 0.0006);
            Assert.Equal(50 - (y * 0.01), latitude, 0.0006);
        }
    }

    [SkippableTheory]
    [InlineData("(cut(0, 40, 90, 60, placed=True), 1, 0, 0, 0), (cut(0, 0, 90, 40, placed=True), 2, 1, -40, 0)")]
    [InlineData("(cut(0, 40, 90, 60, placed=True), 1, 0, 0, 0), (cut(0, 0, 90, 40), 2, 1, -40, 0)")]
    [InlineData("(cut(60, 0, 30, 100, placed=True), 1, 0, 0, 0), (cut(0, 0, 60, 100, placed=True), 2, 1, 0, -60)")]
    [InlineData("(cut(0, 40, 90, 60, placed=True), 2, 1, 40, 0), (cut(0, 0, 90, 40, placed=True), 1, 0, 0, 0)")]
    public async Task TryLocate_FirstSegmentIsNotTheTopLeftOne_IsWhereItsCornersAre(string parts)
    {
        var path = await MakeAsync("split.ntf", $"nitf('split.ntf', {parts})");
        using var image = Open(path);
        Assert.Equal((90, 100), (image.Header.Width, image.Header.Height));
        using var locator = ImageLocator.For(image)!;
        foreach (var (x, y) in new[] { (0.5, 0.5), (89.5, 99.5), (45.0, 40.0), (10.0, 90.0) })
        {
            Assert.True(locator.TryLocate(x, y, out var longitude, out var latitude));
            Assert.Equal(10 + (x * 0.01), longitude, 0.0006);
            Assert.Equal(50 - (y * 0.01), latitude, 0.0006);
        }
    }

    [SkippableFact]
    public async Task Open_PolynomialsOfASegmentThatIsNotTheTopLeftOne_AreRefusedByName()
    {
        const string polynomials = """
            terms = lambda *values: ' '.join(str(v) for v in list(values) + [0] * (20 - len(values)))
            def rpc(part):
                part.SetMetadata({'LINE_OFF': '50', 'SAMP_OFF': '45', 'LAT_OFF': '49.5', 'LONG_OFF': '10.5', 'HEIGHT_OFF': '100', 'LINE_SCALE': '50', 'SAMP_SCALE': '45',
                    'LAT_SCALE': '0.5', 'LONG_SCALE': '0.5', 'HEIGHT_SCALE': '500', 'LINE_NUM_COEFF': terms(0, 0, -1), 'LINE_DEN_COEFF': terms(1),
                    'SAMP_NUM_COEFF': terms(0, 1), 'SAMP_DEN_COEFF': terms(1), 'ERR_BIAS': '0', 'ERR_RAND': '0'}, 'RPC')
                return part

            """;
        var straight = await MakeAsync("straight.ntf", polynomials + "nitf('straight.ntf', (rpc(cut(0, 0, 90, 40)), 1, 0, 0, 0), (cut(0, 40, 90, 60), 2, 1, 40, 0))");
        using (var image = Open(straight))
            Assert.Equal((Georeferencing.RationalPolynomial, 100), (image.Header.Georeferencing, image.Header.Height));
        var moved = await MakeAsync("moved.ntf", polynomials + "nitf('moved.ntf', (rpc(cut(0, 40, 90, 60)), 1, 0, 0, 0), (cut(0, 0, 90, 40), 2, 1, -40, 0))");
        var refused = Assert.Throws<ImageException>(() => Open(moved));
        Assert.Equal(ImageErrorKind.InvalidRequest, refused.Kind);
        Assert.Contains("rational polynomials", refused.Message, StringComparison.Ordinal);
    }

    [SkippableFact]
    public async Task Open_PartThatStandsBeforeWhatItIsAttachedTo_IsJoinedOnce()
    {
        var path = await MakeAsync("split.ntf", """
            nitf('split.ntf', (cut(0, 0, 20, 10), 3, 0, 0, 0), (cut(0, 40, 90, 30), 2, 1, 40, 0), (cut(0, 0, 30, 20), 4, 0, 0, 0), (cut(0, 0, 90, 40), 1, 0, 0, 0))
            write('whole.tif', 'GTiff', cut(0, 0, 90, 70))
            """);
        using (var first = Open(path))
        {
            Assert.Equal((20, 10), (first.Header.Width, first.Header.Height));
            Assert.Contains("3 images", Assert.Single(first.Notes), StringComparison.Ordinal);
        }

        using (var third = Open(path, 2))
            Assert.Equal((30, 20), (third.Header.Width, third.Header.Height));
        using var split = Open(path, 1);
        using var whole = Open(_folder.File("whole.tif"));
        byte[] expected = new byte[whole.BytesOf(whole.Bounds)], read = new byte[split.BytesOf(split.Bounds)];
        whole.Read(whole.Bounds, expected);
        split.Read(split.Bounds, read);
        Assert.Equal(expected, read);
    }

    [SkippableFact]
    public async Task Open_PartThatDoesNotFitBeforeWhatItIsAttachedTo_IsRefusedUntilItIsNamed()
    {
        var path = await MakeAsync("split.ntf", "nitf('split.ntf', (cut(0, 40, 80, 30), 2, 1, 40, 0), (cut(0, 0, 90, 40), 1, 0, 0, 0))");
        Assert.Contains("leave gaps or overlap", Assert.Throws<ImageException>(() => Open(path)).Message, StringComparison.Ordinal);
        using var named = Open(path, 0);
        Assert.Equal((80, 30), (named.Header.Width, named.Header.Height));
    }

    [SkippableTheory]
    [InlineData("(cut(0, 0, 90, 40), 1, 0, 0, 0), (cut(0, 40, 90, 30, 3), 2, 1, 40, 0)", "differ in their samples or bands")]
    [InlineData("(cut(0, 0, 90, 40), 1, 0, 0, 0), (cut(0, 40, 80, 30), 2, 1, 40, 0)", "leave gaps or overlap")]
    [InlineData("(cut(0, 0, 90, 40), 1, 0, 0, 0), (cut(0, 40, 90, 30), 2, 1, 45, 0)", "leave gaps or overlap")]
    public async Task Open_PartsThatDoNotFit_AreRefusedUntilOneIsNamed(string parts, string reason)
    {
        var path = await MakeAsync("split.ntf", $"nitf('split.ntf', {parts})");
        var refused = Assert.Throws<ImageException>(() => Open(path));
        Assert.Contains(reason, refused.Message, StringComparison.Ordinal);
        Assert.Contains("imageSegment", refused.Message, StringComparison.Ordinal);
        using var named = Open(path, 0);
        Assert.Equal((90, 40), (named.Header.Width, named.Header.Height));
    }

    [SkippableFact]
    public async Task Open_InsetOnThePicture_IsAnImageOfItsOwn()
    {
        var path = await MakeAsync("inset.ntf", "nitf('inset.ntf', (cut(0, 0, 90, 40), 1, 0, 0, 0), (cut(0, 40, 20, 10), 2, 1, 5, 60))");
        using var image = Open(path);
        Assert.Equal((90, 40), (image.Header.Width, image.Header.Height));
        Assert.Contains("2 images", Assert.Single(image.Notes), StringComparison.Ordinal);
    }

    [SkippableTheory]
    [InlineData("<SICD xmlns='urn:SICD:1.3.0'><ImageData/></SICD>", "SICD")]
    [InlineData("<?xml version='1.0'?><SIDD xmlns='urn:SIDD:2.0.0'/>", "SIDD")]
    [InlineData("<Other/>", null)]
    [InlineData("no xml", null)]
    public async Task Open_NitfWithASensorModelInXml_NamesIt(string xml, string? model)
    {
        var path = await MakeAsync("sensor.ntf", $"""
            header = '02' + 'U' + ' ' * 166 + '0000'
            write('sensor.ntf', 'NITF', cut(0, 0, 80, 60), 'NUMDES=1', 'DES=XML_DATA_CONTENT=' + header + "{xml}")
            """);
        using var image = Open(path);
        Assert.Equal(model, image.UnsupportedSensorModel);
    }

    private static ImageFile Open(string path, int? segment = null) => ImageFile.Open(path, ImagingLimits.Default, segment);

    private async Task<string> MakeAsync(string name, string script)
    {
        await GdalOracle.RunAsync(Tools + script, Path.GetDirectoryName(_folder.File(name))!);
        return _folder.File(name);
    }
}
