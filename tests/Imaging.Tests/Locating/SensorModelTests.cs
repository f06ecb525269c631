using System.Globalization;
using Swath.Contracts;
using Swath.Imaging.Encoding;
using Swath.Imaging.Locating;
using Swath.Imaging.Native;
using Swath.Testing;

namespace Swath.Imaging.Tests.Locating;

/// <summary>Polynomials, chips and heights against gdaltransform, on images and on the tiles that are cut from them.</summary>
public sealed class SensorModelTests : IDisposable
{
    private static readonly string[] Polynomial = ["-rpc", "-to", "RPC_HEIGHT=377", "-to", "RPC_PIXEL_ERROR_THRESHOLD=0.001"];

    private static readonly (double X, double Y)[] Points = [(0.5, 0.5), (79.5, 0.5), (40, 20.25), (0.5, 49.5), (79.5, 49.5)];

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [SkippableTheory]
    [InlineData(TileFormat.Gtiff, TileCompression.None)]
    [InlineData(TileFormat.Gtiff, TileCompression.Lzw)]
    [InlineData(TileFormat.Nitf, TileCompression.None)]
    public async Task Encode_NitfWithPolynomials_TileHasTheParentsGeometry(TileFormat format, TileCompression compression)
    {
        var parent = await NitfAsync();
        using var image = ImageFile.Open(parent, ImagingLimits.Default);
        Assert.Equal(Georeferencing.RationalPolynomial, image.Header.Georeferencing);
        var window = new PixelWindow(190, 130, 80, 50);
        var expected = await GdalOracle.LocateAsync(parent, Points.Select(p => (p.X + window.X, p.Y + window.Y)), Polynomial);

        var tile = Encode(image, window, format, compression);

        AssertPlaces(tile, Points, expected, 1e-9);

        // GDAL does not apply ICHIPB: a NITF tile has the full image's polynomials, a TIFF tile its own.
        var moved = format == TileFormat.Nitf ? Points.Select(p => (p.X + window.X, p.Y + window.Y)) : Points;
        AssertClose(expected, await GdalOracle.LocateAsync(tile, moved, Polynomial), 1e-9);
    }

    [SkippableFact]
    public async Task Encode_TileOfATile_StillHasTheParentsGeometry()
    {
        var parent = await NitfAsync();
        using var image = ImageFile.Open(parent, ImagingLimits.Default);
        using var outer = ImageFile.Open(Encode(image, new(100, 50, 200, 150), TileFormat.Nitf), ImagingLimits.Default);
        var expected = await GdalOracle.LocateAsync(parent, Points.Select(p => (p.X + 100 + 60, p.Y + 50 + 70)), Polynomial);

        foreach (var format in new[] { TileFormat.Nitf, TileFormat.Gtiff })
            AssertPlaces(Encode(outer, new(60, 70, 80, 50), format), Points, expected, 1e-9);
    }

    [SkippableFact]
    public async Task Encode_TiffWithPolynomials_NitfTileHasThemWithinAHundredthOfAPixel()
    {
        var parent = Tiff();
        using var image = ImageFile.Open(parent, ImagingLimits.Default);
        var window = new PixelWindow(190, 130, 80, 50);
        using var tile = ImageFile.Open(Encode(image, window, TileFormat.Nitf), ImagingLimits.Default);
        Assert.Equal(Georeferencing.RationalPolynomial, tile.Header.Georeferencing);
        using var locator = ImageLocator.For(tile)!;
        var expected = await GdalOracle.LocateAsync(parent, Points.Select(p => (p.X + window.X, p.Y + window.Y)), Polynomial);
        foreach (var ((x, y), (longitude, latitude)) in Points.Zip(expected))
        {
            Assert.True(locator.TryToPixel(longitude, latitude, out var gotX, out var gotY));
            Assert.Equal(x, gotX, 0.01);
            Assert.Equal(y, gotY, 0.01);
        }
    }

    [SkippableTheory]
    [InlineData(1, 0)]
    [InlineData(2, 0)]
    [InlineData(0.5, 0)]
    [InlineData(1, 7)]
    public async Task TryLocate_Chip_IsMappedToItsFullImage(double scale, double skew)
    {
        var parent = await NitfAsync();

        // A chip of 80 x 50 pixels at (120, 60), of another resolution, and skewed.
        (double X, double Y) Full((double X, double Y) p) => (120 + (p.X * scale) + (skew * p.Y / 50), 60 + (p.Y * scale));
        (double X, double Y)[] corners = [(0.5, 0.5), (79.5, 0.5), (0.5, 49.5), (79.5, 49.5)];
        var chip = "000001.000000000" + string.Concat(corners.Select(Field)) + string.Concat(corners.Select(Full).Select(Field)) + "0000020000000300";
        var path = await ChipAsync(parent, chip);
        var expected = await GdalOracle.LocateAsync(parent, Points.Select(Full), Polynomial);

        // ICHIPB has three decimals.
        AssertPlaces(path, Points, expected, 4e-7);
        using var image = ImageFile.Open(path, ImagingLimits.Default);
        using var locator = ImageLocator.For(image)!;
        foreach (var (x, y) in Points)
        {
            Assert.True(locator.TryLocate(x, y, out var longitude, out var latitude));
            Assert.True(locator.TryToPixel(longitude, latitude, out var backX, out var backY));
            Assert.Equal(x, backX, 0.01);
            Assert.Equal(y, backY, 0.01);
        }
    }

    [SkippableFact]
    public async Task For_ChipWhoseMappingIsALine_IsRefused()
    {
        var nowhere = "000001.000000000" + string.Concat(Enumerable.Repeat("00000000.500", 16)) + "0000020000000300";
        using var image = ImageFile.Open(await ChipAsync(await NitfAsync(), nowhere), ImagingLimits.Default);
        Assert.Equal(ImageErrorKind.LocationFailed, Assert.Throws<ImageException>(() => ImageLocator.For(image)?.Dispose()).Kind);
    }

    [SkippableFact]
    public async Task Encode_NitfOfDegrees_NitfTileHasTheSameGrid()
    {
        var parent = ImageryFolder.Require("autzen-utm10.ntf");
        using var image = ImageFile.Open(parent, ImagingLimits.Default);
        var window = new PixelWindow(333, 555, 80, 50);
        var expected = await GdalOracle.LocateAsync(parent, Points.Select(p => (p.X + window.X, p.Y + window.Y)));

        var tile = Encode(image, window, TileFormat.Nitf);

        AssertClose(expected, await GdalOracle.LocateAsync(tile, Points), 1e-9);
        AssertPlaces(tile, Points, expected, 1e-9);
    }

    [SkippableFact]
    public async Task TryLocate_Heights_AgreeWithGdaltransform()
    {
        var path = Tiff();
        var ground = _folder.Write("ground.tif", Ground());
        using var access = new ImageAccess(() => new(), () => new(), TimeProvider.System, null, () => new() { ElevationModel = ground });
        using var image = access.Open(path);
        using var locator = ImageLocator.For(image)!;
        var expected = await GdalOracle.LocateAsync(
            path, Points, "-rpc", "-to", $"RPC_DEM={ground}", "-to", "RPC_DEM_MISSING_VALUE=377", "-to", "RPC_PIXEL_ERROR_THRESHOLD=0.001");
        AssertPlaces(locator, Points, expected, 1e-9);

        // The ground is not flat, or this would show nothing.
        var flat = await GdalOracle.LocateAsync(path, Points, Polynomial);
        Assert.Contains(expected.Zip(flat), pair => Math.Abs(pair.First.Latitude - pair.Second.Latitude) > 1e-4);
    }

    [SkippableFact]
    public async Task TryLocate_OneHeight_AgreesWithGdaltransform()
    {
        var path = Tiff();
        using var access = new ImageAccess(() => new(), () => new(), TimeProvider.System, null, () => new() { HeightMeters = 120.5 });
        using var image = access.Open(path);
        using var locator = ImageLocator.For(image)!;
        AssertPlaces(locator, Points, await GdalOracle.LocateAsync(path, Points, "-rpc", "-to", "RPC_HEIGHT=120.5", "-to", "RPC_PIXEL_ERROR_THRESHOLD=0.001"), 1e-9);
    }

    [Fact]
    public void For_HeightsThatAreNotThere_SaysWhichOptionIsWrong()
    {
        using var access = new ImageAccess(() => new(), () => new(), TimeProvider.System, null, () => new() { ElevationModel = "/no/such/ground.tif" });
        using var image = access.Open(Tiff());
        var failed = Assert.Throws<ImageException>(() => ImageLocator.For(image)?.Dispose());
        Assert.Equal(ImageErrorKind.Unavailable, failed.Kind);
        Assert.Contains("IMAGE_DEM", failed.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void ToChip_AnyCorners_IsTheInverseOfToFull()
    {
        var random = new Random(11);
        for (var i = 0; i < 200; i++)
        {
            double Near(double value) => value + (random.NextDouble() * 10) - 5;
            var mapping = new ChipMapping((0.5, 0.5), (99.5, 79.5), [(Near(1000), Near(500)), (Near(1100), Near(500)), (Near(1000), Near(580)), (Near(1100), Near(580))]);
            var (x, y) = (random.NextDouble() * 100, random.NextDouble() * 80);
            var (fullX, fullY) = mapping.ToFull(x, y);
            var (backX, backY) = mapping.ToChip(fullX, fullY);
            Assert.Equal(x, backX, 1e-6);
            Assert.Equal(y, backY, 1e-6);
        }
    }

    private static string Field((double X, double Y) point) => string.Create(CultureInfo.InvariantCulture, $"{point.Y:00000000.000}{point.X:00000000.000}");

    // Heights from 100 m to 900 m across the polynomials' ground, every thousandth of a degree.
    private static byte[] Ground()
    {
        var sample = new SampleTiff(300, 300, 1, 2)
        {
            Extra =
            [
                TiffTag.Doubles(TiffDirectory.ModelPixelScale, 0.001, 0.001, 0),
                TiffTag.Doubles(TiffDirectory.ModelTiepoint, 0, 0, 0, 9.9, 50.1, 0),
                SampleTiff.GeographicKeys,
            ],
        };
        var file = sample.ToBytes();
        var first = file.Length - sample.Length;
        for (var i = 0; i < 300 * 300; i++)
            BitConverter.TryWriteBytes(file.AsSpan(first + (2 * i)), (ushort)(100 + (i % 300 * 2) + (i / 300 * 0.7)));
        return file;
    }

    private string Tiff() => _folder.Write("polynomials.tif", new SampleTiff(300, 200, 1, 1) { Extra = SampleTiff.Polynomials(300, 200) }.ToBytes());

    private async Task<string> NitfAsync()
    {
        var path = _folder.File("parent.ntf");
        await ExternalTool.RunAsync("gdal_translate", ["-q", "-of", "NITF", Tiff(), path]);
        return path;
    }

    private async Task<string> ChipAsync(string parent, string chip)
    {
        using var image = ImageFile.Open(parent, ImagingLimits.Default);
        var own = NitfPolynomial.Format(Metadata(image), out _);
        var path = _folder.File("chip.ntf");
        var plain = _folder.Write("plain.tif", new SampleTiff(80, 50, 1, 1).ToBytes());
        await ExternalTool.RunAsync("gdal_translate", ["-q", "-of", "NITF", "-co", $"TRE=ICHIPB={chip}", "-co", $"TRE=RPC00B={own}", plain, path]);
        return path;
    }

    private static unsafe List<string> Metadata(ImageFile image) => NativeStrings.Read(Gdal.GDALGetMetadata(image.Dataset, "RPC"));

    private string Encode(ImageFile image, PixelWindow window, TileFormat format, TileCompression compression = TileCompression.None)
    {
        using var encoder = new TileEncoder(format, compression);
        using var tile = encoder.Encode(image, window);
        return _folder.Write(FormattableString.Invariant($"tile-{window.X}-{window.Y}.{format}"), tile.Payload.Span);
    }

    private static void AssertPlaces(string path, (double X, double Y)[] points, (double Longitude, double Latitude)[] expected, double tolerance)
    {
        using var image = ImageFile.Open(path, ImagingLimits.Default);
        using var locator = ImageLocator.For(image)!;
        AssertPlaces(locator, points, expected, tolerance);
    }

    private static void AssertPlaces(ImageLocator locator, (double X, double Y)[] points, (double Longitude, double Latitude)[] expected, double tolerance)
    {
        foreach (var ((x, y), place) in points.Zip(expected))
        {
            Assert.True(locator.TryLocate(x, y, out var longitude, out var latitude));
            AssertClose([place], [(longitude, latitude)], tolerance);
        }
    }

    private static void AssertClose((double Longitude, double Latitude)[] expected, (double Longitude, double Latitude)[] got, double tolerance)
    {
        foreach (var (one, other) in expected.Zip(got))
        {
            Assert.Equal(one.Longitude, other.Longitude, tolerance);
            Assert.Equal(one.Latitude, other.Latitude, tolerance);
        }
    }
}
