using System.Globalization;
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

    private string Polygon(params (double X, double Y)[] pixels) => $"POLYGON (({Ring(pixels)}))";

    private string Ring(params (double X, double Y)[] pixels) => string.Join(", ", pixels.Append(pixels[0]).Select(pixel => At(pixel.X, pixel.Y)));

    private string At(double x, double y)
    {
        Assert.True(_locator.TryLocate(x, y, out var longitude, out var latitude));
        return string.Create(CultureInfo.InvariantCulture, $"{longitude:R} {latitude:R}");
    }
}
