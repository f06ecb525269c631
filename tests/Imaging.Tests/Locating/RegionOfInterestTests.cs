using System.Globalization;
using System.Text;
using Swath.Contracts;
using Swath.Imaging.Encoding;

namespace Swath.Imaging.Tests.Locating;

public sealed class RegionOfInterestTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly ImageFile _image;
    private readonly ImageLocator _locator;

    public RegionOfInterestTests()
    {
        _image = ImageFile.Open(_folder.Write("utm.tif", new SampleTiff(300, 200, 1, 1) { Extra = SampleTiff.Utm18 }.ToBytes()), ImagingLimits.Default);
        _locator = ImageLocator.For(_image)!;
    }

    public void Dispose()
    {
        _locator.Dispose();
        _image.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public void FromWkt_Polygon_IsItsPixels()
    {
        var region = RegionOfInterest.FromWkt(Polygon((50.25, 40.25), (100.75, 40.25), (100.75, 90.75), (50.25, 90.75)), _image);
        Assert.Equal(new PixelWindow(50, 40, 51, 51), region.Bounds);
        Assert.Equal(50.5 * 50.5, region.Geometry.Area, 0.5);
    }

    [Fact]
    public void FromWkt_LargerThanTheImage_IsClippedToIt()
    {
        Assert.Equal(_image.Bounds, RegionOfInterest.FromWkt(Polygon((-500, -500), (900, -500), (900, 900), (-500, 900)), _image).Bounds);
        Assert.Equal(_image.Bounds, RegionOfInterest.FromWkt("POLYGON ((-180 -90, 180 -90, 180 90, -180 90, -180 -90))", _image).Bounds);
    }

    [Fact]
    public void Touches_Windows_FollowsTheShapeNotItsBounds()
    {
        // An L: the corner at the lower right is not part of it.
        var region = RegionOfInterest.FromWkt(
            Polygon((10, 10), (30, 10), (30, 80), (90, 80), (90, 100), (10, 100)), _locator);
        Assert.True(region.Touches(new PixelWindow(0, 0, 15, 15)));
        Assert.True(region.Touches(new PixelWindow(60, 85, 10, 10)));
        Assert.False(region.Touches(new PixelWindow(50, 20, 30, 30)));
        Assert.False(region.Touches(new PixelWindow(200, 100, 50, 50)));
    }

    [Fact]
    public void FromWkt_PointLineAndMany_AreAccepted()
    {
        Assert.Equal(new PixelWindow(70, 60, 1, 1), RegionOfInterest.FromWkt($"POINT ({At(70.5, 60.5)})", _image).Bounds);
        Assert.Equal(new PixelWindow(70, 60, 21, 1), RegionOfInterest.FromWkt($"LINESTRING ({At(70.5, 60.5)}, {At(90.5, 60.5)})", _image).Bounds);
        var many = RegionOfInterest.FromWkt($"GEOMETRYCOLLECTION (POINT ({At(10.5, 10.5)}), POINT ({At(100.5, 100.5)}), POINT (0 0))", _image);
        Assert.Equal(new PixelWindow(10, 10, 91, 91), many.Bounds);
        Assert.False(many.Touches(new PixelWindow(40, 40, 20, 20)));
    }

    [Fact]
    public void FromWkt_MultiPolygonWithHole_LeavesTheHoleOut()
    {
        var wkt = $"MULTIPOLYGON ((({Ring((0, 0), (150, 0), (150, 150), (0, 150))}), ({Ring((50, 50), (100, 50), (100, 100), (50, 100))})), (({Ring((200, 10), (220, 10), (220, 30), (200, 30))})))";
        var region = RegionOfInterest.FromWkt(wkt, _image);
        Assert.False(region.Touches(new PixelWindow(60, 60, 20, 20)));
        Assert.True(region.Touches(new PixelWindow(205, 15, 5, 5)));
        Assert.True(region.Touches(new PixelWindow(40, 40, 20, 20)));
    }

    [Theory]
    [InlineData("")]
    [InlineData("POLYGON")]
    [InlineData("POLYGON ((1 2, 3 4))")]
    [InlineData("POLYGON EMPTY")]
    [InlineData("hello")]
    [InlineData("POINT (10 91)")]
    [InlineData("POINT (NaN 5)")]
    [InlineData("POINT (0 0)")]
    [InlineData("POLYGON ((10 10, 11 10, 11 11, 10 11, 10 10))")]
    public void FromWkt_NotWktOrElsewhere_IsRefused(string wkt)
    {
        var refused = Assert.Throws<ImageException>(() => RegionOfInterest.FromWkt(wkt, _image));
        Assert.Equal(ImageErrorKind.InvalidRegionOfInterest, refused.Kind);
        Assert.Equal(ImageRejection.InvalidRegionOfInterest, refused.Rejection);
    }

    [Fact]
    public void FromWkt_ImageWithoutPlace_IsRefused()
    {
        using var nowhere = ImageFile.Open(_folder.Write("nowhere.tif", new SampleTiff(8, 8, 1, 1).ToBytes()), ImagingLimits.Default);
        Assert.Equal(
            ImageErrorKind.InvalidRegionOfInterest, Assert.Throws<ImageException>(() => RegionOfInterest.FromWkt("POINT (0 0)", nowhere)).Kind);
    }

    [Fact]
    public void FromWkt_SelfCrossingPolygon_IsRepaired()
    {
        var region = RegionOfInterest.FromWkt(Polygon((10, 10), (60, 60), (60, 10), (10, 60)), _image);
        Assert.True(region.Touches(new PixelWindow(15, 30, 3, 10)) || region.Touches(new PixelWindow(30, 15, 10, 3)));
    }

    [Fact]
    public void FromWkt_MoreThanCanBeWorkedOn_IsRefusedAtOnce()
    {
        (string Reason, string Wkt)[] tooMuch =
        [
            ("nested 52001 deep", new StringBuilder().Insert(0, "GEOMETRYCOLLECTION(", 52_000).Append("POINT(1 1)").Append(')', 52_000).ToString()),
            ("ROI_MAX_VERTICES", $"POLYGON (({string.Join(", ", Enumerable.Range(0, 10_001).Select(i => $"{i / 1e5} 0"))}, 0 1, 0 0))"),
            ("cross each other", $"POLYGON (({RandomRing(3000)}))"),
            ("cross each other", $"LINESTRING ({RandomRing(9000)})"),
            ("cross each other", $"GEOMETRYCOLLECTION (LINESTRING ({Zigzag(2000, p => p)}), LINESTRING ({Zigzag(2000, p => (p.Y, p.X))}))"),
        ];
        foreach (var (reason, wkt) in tooMuch)
        {
            var before = Environment.CpuUsage.TotalTime;

            var refused = Assert.Throws<ImageException>(() => RegionOfInterest.FromWkt(wkt, _image));

            Assert.Equal(ImageErrorKind.InvalidRegionOfInterest, refused.Kind);
            Assert.Contains(reason, refused.Message, StringComparison.Ordinal);
            Assert.True(Environment.CpuUsage.TotalTime - before < TimeSpan.FromSeconds(5), $"{reason}: it took {Environment.CpuUsage.TotalTime - before}.");
        }
    }

    [Fact]
    public void FromWkt_LinesThatCrossTheImageThousandsOfTimes_AreRefusedBeforeTheyAreProjected()
    {
        var (west, north) = Place(0, 0);
        var (east, south) = Place(300, 200);
        var zigzag = string.Join(", ", Enumerable.Range(0, 4000).Select(i => string.Create(CultureInfo.InvariantCulture,
            $"{(i % 2 == 0 ? west : east):R} {north + ((south - north) * i / 4000):R}")));

        var refused = Assert.Throws<ImageException>(() => RegionOfInterest.FromWkt($"LINESTRING ({zigzag})", _image));

        Assert.Contains("cross the image", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void FromWkt_CoastOfTenThousandPositions_IsReadInSeconds()
    {
        var ring = Enumerable.Range(0, 9_999).Select(i => (Angle: i * Math.Tau / 9_999, Radius: 60 + (i % 7)))
            .Select(p => (100 + (p.Radius * Math.Cos(p.Angle)), 100 + (p.Radius * Math.Sin(p.Angle)))).ToArray();
        var before = Environment.CpuUsage.TotalTime;

        var region = RegionOfInterest.FromWkt(Polygon(ring), _image);

        Assert.InRange(region.Bounds.Width, 130, 134);
        Assert.True(Environment.CpuUsage.TotalTime - before < TimeSpan.FromSeconds(10), $"It took {Environment.CpuUsage.TotalTime - before}.");
    }

    [Fact]
    public void FromWkt_ImageAcrossTheAntimeridian_FindsBothSides()
    {
        // UTM zone 60 north: its right edge is 180 degrees; the image reaches beyond.
        var tags = new[]
        {
            TiffTag.Doubles(TiffDirectory.ModelPixelScale, 1000, 1000, 0),
            TiffTag.Doubles(TiffDirectory.ModelTiepoint, 0, 0, 0, 700_000, 1_000_000, 0),
            SampleTiff.ProjectedKeys(32660),
        };
        using var image = ImageFile.Open(_folder.Write("far.tif", new SampleTiff(300, 200, 1, 1) { Extra = tags }.ToBytes()), ImagingLimits.Default);
        var east = RegionOfInterest.FromWkt("POLYGON ((179 8, 179.9 8, 179.9 8.5, 179 8.5, 179 8))", image).Bounds;
        var west = RegionOfInterest.FromWkt("POLYGON ((-179.9 8, -179.5 8, -179.5 8.5, -179.9 8.5, -179.9 8))", image).Bounds;
        Assert.True(west.X >= east.Right, $"{east} {west}");
    }

    [Theory]
    [InlineData("POLYGON ((179.999 8, -179.999 8, -179.999 9.5, 179.999 9.5, 179.999 8))", true)]
    [InlineData("LINESTRING (179.999 9, -179.999 9)", true)]
    [InlineData("POLYGON ((179.999 8, 0 8, -179.999 8, -179.999 9.5, 0 9.5, 179.999 9.5, 179.999 8))", false)]
    [InlineData("POLYGON ((179.999 8, 180.001 8, 180.001 9.5, 179.999 9.5, 179.999 8))", false)]
    [InlineData("POLYGON ((-180 -90, 180 -90, 180 90, -180 90, -180 -90))", false)]
    public void FromWkt_EdgeOfMoreThanHalfTheEarthAtTheImage_IsRefusedUntilItIsClear(string wkt, bool refused)
    {
        var tags = new[]
        {
            TiffTag.Doubles(TiffDirectory.ModelPixelScale, 100, 100, 0),
            TiffTag.Doubles(TiffDirectory.ModelTiepoint, 0, 0, 0, 800_000, 1_000_000, 0),
            SampleTiff.ProjectedKeys(32660),
        };
        using var image = ImageFile.Open(_folder.Write("far.tif", new SampleTiff(600, 400, 1, 1) { Extra = tags }.ToBytes()), ImagingLimits.Default);
        if (!refused)
        {
            RegionOfInterest.FromWkt(wkt, image);
            return;
        }

        var error = Assert.Throws<ImageException>(() => RegionOfInterest.FromWkt(wkt, image));
        Assert.Equal(ImageErrorKind.InvalidRegionOfInterest, error.Kind);
        Assert.Contains("180.001 for -179.999", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void FromWkt_EdgeOfMoreThanHalfTheEarthFarFromTheAntimeridian_IsWhatItSays() =>
        Assert.Equal(_image.Bounds, RegionOfInterest.FromWkt("POLYGON ((-179 -80, 179 -80, 179 80, -179 80, -179 -80))", _image).Bounds);

    [Fact]
    public void AtLeast_SmallRegion_GrowsToATileInsideTheImage()
    {
        Assert.Equal(new PixelWindow(39, 29, 64, 64), RegionOfInterest.FromWkt($"POINT ({At(70.5, 60.5)})", _image).AtLeast(64));
        Assert.Equal(new PixelWindow(236, 0, 64, 64), RegionOfInterest.FromWkt($"POINT ({At(299.5, 0.5)})", _image).AtLeast(64));
        Assert.Equal(new PixelWindow(50, 44, 101, 64), RegionOfInterest.FromWkt($"LINESTRING ({At(50.5, 75.5)}, {At(150.5, 75.5)})", _image).AtLeast(64));
        Assert.Equal(_image.Bounds, RegionOfInterest.FromWkt($"POINT ({At(70.5, 60.5)})", _image).AtLeast(1024));
    }

    [SkippableFact]
    public async Task FromWkt_PlaceThatTheProjectionHasNot_NamesThePointThatWasWritten()
    {
        // The earth's limb, seen from far above 0 0: behind 90 degrees there is nothing, but the footprint's box reaches there.
        var path = _folder.File("limb.tif");
        await GdalOracle.RunAsync(
            """
            import sys
            from osgeo import gdal, osr
            system = osr.SpatialReference()
            system.ImportFromProj4('+proj=ortho +lat_0=0 +lon_0=0 +datum=WGS84')
            image = gdal.GetDriverByName('GTiff').Create(sys.argv[1], 140, 140)
            image.SetGeoTransform([5e6, 9843, 0, 7e5, 0, -1e4])
            image.SetSpatialRef(system)
            """,
            path);
        using var image = ImageFile.Open(path, ImagingLimits.Default);
        var refused = Assert.Throws<ImageException>(() => RegionOfInterest.FromWkt("POLYGON ((60.5 -5.25, 120.5 -5.25, 120.5 5.75, 60.5 5.75, 60.5 -5.25))", image));
        Assert.Equal(ImageErrorKind.InvalidRegionOfInterest, refused.Kind);
        Assert.Matches("point (60.5|120.5) (-5.25|5.75)", refused.Message);
        Assert.Contains("point 10 91 ", Assert.Throws<ImageException>(() => RegionOfInterest.FromWkt("POINT (10 91)", image)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(32660, 800_000, 1_000_000)]
    [InlineData(32601, 140_000, 1_000_000)]
    [InlineData(32760, 800_000, 8_000_000)]
    [InlineData(3832, 3_310_000, 1_000_000)]
    [InlineData(3031, -30_000, -2_000_000)]
    [InlineData(3571, -30_000, -2_000_000)]
    public void FromWkt_ProjectedImageAcrossTheAntimeridian_TakesThePixelsOfAnyBox(ushort epsg, double x, double y)
    {
        var tags = new[]
        {
            TiffTag.Doubles(TiffDirectory.ModelPixelScale, 100, 100, 0),
            TiffTag.Doubles(TiffDirectory.ModelTiepoint, 0, 0, 0, x, y, 0),
            SampleTiff.ProjectedKeys(epsg),
        };
        using var image = ImageFile.Open(_folder.Write("far.tif", new SampleTiff(600, 400, 1, 1) { Extra = tags }.ToBytes()), ImagingLimits.Default);
        using var locator = ImageLocator.For(image)!;
        foreach (var (west, east) in new[] { (-180.0, 180.0), (170, 179.9), (170, 190), (-190, -170), (0, 180), (90, 180), (-179.9, -170), (100, 260), (-180, 0) })
        {
            foreach (var (south, north) in new[] { (-90.0, 90.0), (-80, 80) })
            {
                var region = RegionOfInterest.FromWkt(
                    FormattableString.Invariant($"POLYGON (({west} {south}, {east} {south}, {east} {north}, {west} {north}, {west} {south}))"), locator);
                for (var column = 5; column < 600; column += 30)
                {
                    Assert.True(locator.TryLocate(column + 0.5, 200.5, out var longitude, out _));
                    var expected = new[] { -360, 0, 360 }.Any(turn => longitude + turn >= west && longitude + turn <= east);
                    Assert.True(expected == region.Touches(new PixelWindow(column, 200, 1, 1)), $"{west}..{east} at {longitude}");
                }
            }
        }
    }

    [Theory]
    [InlineData(190, 5, 200, -5, 4326, "POLYGON ((-166 -1, -164 -1, -164 1, -166 1, -166 -1))", 240, 144, 120, 72)]
    [InlineData(190, 5, 200, -5, 4326, "POLYGON ((194 -1, 196 -1, 196 1, 194 1, 194 -1))", 240, 144, 120, 72)]
    [InlineData(190, 5, 200, -5, 4258, "POLYGON ((-166 -1, -164 -1, -164 1, -166 1, -166 -1))", 240, 144, 120, 72)]
    [InlineData(-200, 5, -190, -5, 4326, "POLYGON ((164 -1, 166 -1, 166 1, 164 1, 164 -1))", 240, 144, 120, 72)]
    [InlineData(0, 90, 360, -90, 4326, "POLYGON ((-110 -10, -90 -10, -90 10, -110 10, -110 -10))", 416, 160, 33, 40)]
    [InlineData(0, 90, 360, -90, 4326, "POLYGON ((90 -10, 110 -10, 110 10, 90 10, 90 -10))", 150, 160, 33, 40)]
    [InlineData(0, 90, 360, -90, 4326, "POLYGON ((250 -10, 270 -10, 270 10, 250 10, 250 -10))", 416, 160, 33, 40)]
    public void FromWkt_DegreesBeyond180_FindsWhatIsWrittenWithin(double west, double north, double east, double south, ushort epsg, string wkt, int x, int y, int width, int height)
    {
        const int columns = 600, rows = 360;
        var tags = new[]
        {
            TiffTag.Doubles(TiffDirectory.ModelPixelScale, (east - west) / columns, (north - south) / rows, 0),
            TiffTag.Doubles(TiffDirectory.ModelTiepoint, 0, 0, 0, west, north, 0),
            TiffTag.Shorts(TiffDirectory.GeoKeyDirectory, 1, 1, 0, 3, 1024, 0, 1, 2, 1025, 0, 1, 1, 2048, 0, 1, epsg),
        };
        using var image = ImageFile.Open(_folder.Write("degrees.tif", new SampleTiff(columns, rows, 1, 1) { Extra = tags }.ToBytes()), ImagingLimits.Default);
        var found = RegionOfInterest.FromWkt(wkt, image).Bounds;
        Assert.True(Math.Abs(found.X - x) < 2 && Math.Abs(found.Y - y) < 2 && Math.Abs(found.Width - width) < 3 && Math.Abs(found.Height - height) < 3, $"{found}");
    }

    private static string RandomRing(int positions)
    {
        var random = new Random(1);
        var points = Enumerable.Range(0, positions).Select(_ => string.Create(CultureInfo.InvariantCulture, $"{-75 + random.NextDouble():R} {40 + random.NextDouble():R}")).ToList();
        return string.Join(", ", points.Append(points[0]));
    }

    private static string Zigzag(int teeth, Func<(double X, double Y), (double X, double Y)> turn) => string.Join(", ", Enumerable.Range(0, teeth)
        .Select(i => turn((i / (double)teeth, i % 2))).Select(p => string.Create(CultureInfo.InvariantCulture, $"{p.X:R} {p.Y:R}")));

    private (double Longitude, double Latitude) Place(double x, double y)
    {
        Assert.True(_locator.TryLocate(x, y, out var longitude, out var latitude));
        return (longitude, latitude);
    }

    private string Polygon(params (double X, double Y)[] pixels) => $"POLYGON (({Ring(pixels)}))";

    private string Ring(params (double X, double Y)[] pixels) => string.Join(", ", pixels.Append(pixels[0]).Select(pixel => At(pixel.X, pixel.Y)));

    private string At(double x, double y)
    {
        Assert.True(_locator.TryLocate(x, y, out var longitude, out var latitude));
        return string.Create(CultureInfo.InvariantCulture, $"{longitude:R} {latitude:R}");
    }
}
