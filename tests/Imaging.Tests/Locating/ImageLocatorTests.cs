using Swath.Contracts;
using Swath.Imaging.Encoding;
using Swath.Testing;

namespace Swath.Imaging.Tests.Locating;

public sealed class ImageLocatorTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [SkippableTheory]
    [InlineData("landsat7-bahamas-rgb.tif")]
    [InlineData("cogeo.tif")]
    [InlineData("wpafb-20091021-vis-r2.ntf")]
    [InlineData("autzen-utm10.ntf")]
    public async Task TryLocate_RealImage_AgreesWithGdaltransform(string file)
    {
        var path = ImageryFolder.Require(file);
        using var image = ImageFile.Open(path, ImagingLimits.Default);
        var pixels = Pixels(image);
        await AssertAgrees(path, image, pixels);
    }

    [SkippableFact]
    public async Task TryLocate_RotatedImage_AgreesWithGdaltransform()
    {
        var path = Sample(SampleTiff.RotatedUtm18);
        using var image = ImageFile.Open(path, ImagingLimits.Default);
        await AssertAgrees(path, image, Pixels(image));
    }

    [SkippableFact]
    public async Task TryLocate_ControlPoints_AgreesWithGdaltransform()
    {
        var path = Sample(SampleTiff.ControlPoints(300, 200));
        using var image = ImageFile.Open(path, ImagingLimits.Default);
        Assert.Equal(Georeferencing.GroundControlPoints, image.Header.Georeferencing);
        await AssertAgrees(path, image, Pixels(image));
    }

    [SkippableFact]
    public async Task TryLocate_Polynomials_UsesTheirOwnHeightAndAgreesWithGdaltransform()
    {
        var path = Sample(SampleTiff.Polynomials(300, 200));
        using var image = ImageFile.Open(path, ImagingLimits.Default);
        Assert.Equal(Georeferencing.RationalPolynomial, image.Header.Georeferencing);
        await AssertAgrees(path, image, Pixels(image), "-rpc", "-to", "RPC_HEIGHT=377", "-to", "RPC_PIXEL_ERROR_THRESHOLD=0.001");

        // The polynomials' centre is line 100, sample 150 at the height offset; GDAL counts from the pixel's corner.
        using var locator = ImageLocator.For(image)!;
        Assert.True(locator.TryLocate(150.5, 100.5, out var longitude, out var latitude));
        Assert.Equal(10.05, longitude, 1e-6);
        Assert.Equal(49.95, latitude, 1e-6);
    }

    [Fact]
    public void TryToPixel_EveryKind_ReturnsToThePixel()
    {
        foreach (var extra in new[] { SampleTiff.Utm18, SampleTiff.RotatedUtm18, SampleTiff.ControlPoints(300, 200), SampleTiff.Polynomials(300, 200) })
        {
            using var image = ImageFile.Open(Sample(extra), ImagingLimits.Default);
            using var locator = ImageLocator.For(image)!;
            foreach (var (x, y) in Pixels(image))
            {
                Assert.True(locator.TryLocate(x, y, out var longitude, out var latitude));
                Assert.True(locator.TryToPixel(longitude, latitude, out var backX, out var backY));
                Assert.Equal(x, backX, 0.01);
                Assert.Equal(y, backY, 0.01);
            }
        }
    }

    [Fact]
    public void TryLocate_ManyPoints_AreThoseOfOneByOne()
    {
        using var image = ImageFile.Open(Sample(SampleTiff.Utm18), ImagingLimits.Default);
        using var locator = ImageLocator.For(image)!;
        var x = Enumerable.Range(0, 3000).Select(i => i * 0.1).ToArray();
        var y = Enumerable.Range(0, 3000).Select(i => i * 0.05).ToArray();
        double[] longitudes = [.. x], latitudes = [.. y];
        Assert.True(locator.TryLocate(longitudes, latitudes));
        for (var i = 0; i < x.Length; i++)
        {
            Assert.True(locator.TryLocate(x[i], y[i], out var longitude, out var latitude));
            Assert.Equal((longitude, latitude), (longitudes[i], latitudes[i]));
        }
    }

    [Fact]
    public void TryLocate_PointThatIsNowhere_IsFalseAndNeverInfinite()
    {
        using var image = ImageFile.Open(Sample(SampleTiff.Utm18), ImagingLimits.Default);
        using var locator = ImageLocator.For(image)!;
        foreach (var (x, y) in new[] { (1e12, 1e12), (double.NaN, 5), (double.PositiveInfinity, 0) })
        {
            Assert.False(locator.TryLocate(x, y, out var longitude, out var latitude));
            Assert.True(double.IsNaN(longitude) && double.IsNaN(latitude));
        }

        double[] many = [1, double.NaN, 3], rows = [1, 2, 3];
        Assert.False(locator.TryLocate(many, rows));
        Assert.Equal([false, true, false], many.Select(double.IsNaN));
    }

    [Theory]
    [InlineData(1e300, 1)]
    [InlineData(0, 1e300)]
    [InlineData(double.NaN, 1)]
    public void Open_TransformFarBeyondTheEarth_IsRefusedAtOnce(double origin, double scale)
    {
        // GDAL itself never returns from Web Mercator coordinates like these.
        var tags = new[]
        {
            TiffTag.Doubles(TiffDirectory.ModelPixelScale, scale, scale, 0), TiffTag.Doubles(TiffDirectory.ModelTiepoint, 0, 0, 0, origin, origin, 0),
            SampleTiff.ProjectedKeys(3857),
        };
        var path = Sample(tags);
        if (double.IsNaN(origin))
        {
            using var image = ImageFile.Open(path, ImagingLimits.Default);
            Assert.Null(ImageLocator.For(image));
        }
        else
        {
            Assert.Equal(ImageErrorKind.NotAnImage, Assert.Throws<ImageException>(() => ImageFile.Open(path, ImagingLimits.Default)).Kind);
        }
    }

    [Fact]
    public void For_ControlPointsOnALine_IsATypedError()
    {
        var line = new[]
        {
            TiffTag.Doubles(TiffDirectory.ModelTiepoint, 0, 0, 0, 1e6, 1e6, 0, 1e-9, 0, 0, 9e9, 1e6, 0, 0, 1e-9, 0, 1e6, 9e9, 0, 2e-9, 1e-9, 0, 5, 5, 0),
            SampleTiff.ProjectedKeys(3857),
        };
        using var image = ImageFile.Open(Sample(line), ImagingLimits.Default);
        Assert.Equal(ImageErrorKind.LocationFailed, Assert.Throws<ImageException>(() => ImageLocator.For(image)?.Dispose()).Kind);
    }

    [Fact]
    public void For_TransformWithoutCoordinateSystem_IsNotGeoreferenced()
    {
        using var image = ImageFile.Open(Sample([SampleTiff.Utm18[0], SampleTiff.Utm18[1]]), ImagingLimits.Default);
        Assert.Equal(Georeferencing.None, image.Header.Georeferencing);
        Assert.Null(ImageLocator.For(image));
    }

    [Fact]
    public void For_IdentityTransform_IsNotGeoreferenced()
    {
        using var image = ImageFile.Open(Sample(
            [TiffTag.Doubles(TiffDirectory.ModelPixelScale, 1, 1, 0), TiffTag.Doubles(TiffDirectory.ModelTiepoint, 0, 0, 0, 0, 0, 0), SampleTiff.ProjectedKeys(32618)]),
            ImagingLimits.Default);
        Assert.Null(ImageLocator.For(image));
    }

    [Fact]
    public void For_ImageWithoutPlace_IsNull()
    {
        using var image = ImageFile.Open(Sample([]), ImagingLimits.Default);
        Assert.Null(ImageLocator.For(image));
    }

    private static async Task AssertAgrees(string path, ImageFile image, (double X, double Y)[] pixels, params string[] options)
    {
        var expected = await GdalOracle.LocateAsync(path, pixels, options);
        using var locator = ImageLocator.For(image)!;
        for (var i = 0; i < pixels.Length; i++)
        {
            Assert.True(locator.TryLocate(pixels[i].X, pixels[i].Y, out var longitude, out var latitude));
            Assert.Equal(expected[i].Longitude, longitude, 1e-9);
            Assert.Equal(expected[i].Latitude, latitude, 1e-9);
        }
    }

    private static (double X, double Y)[] Pixels(ImageFile image) =>
        [.. from row in Enumerable.Range(0, 9) from column in Enumerable.Range(0, 9)
            select (image.Header.Width * column / 8.0, image.Header.Height * row / 8.0)];

    private string Sample(IReadOnlyList<TiffTag> extra) =>
        _folder.Write("placed.tif", new SampleTiff(300, 200, 1, 1) { Extra = extra }.ToBytes());
}
