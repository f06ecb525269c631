using System.Text;
using System.Text.Json;
using Swath.Contracts;
using Swath.Endpoints;
using Swath.Imaging;
using Swath.Imaging.Locating;
using Swath.Imaging.Remote;
using Swath.Testing;
using Swath.Worker.Features;

namespace Swath.Worker.Tests.Features;

public sealed class FeatureWriterTests
{
    private static readonly FeatureOrigin Origin = new(Guid.Parse("6f1ed002-ab5c-4d43-9c1e-3b5a5b3f7a01"), 3, "/data/a \"b\".tif", Header(4096));
    private static readonly PixelWindow Tile = new(1000, 2000, 512, 512);

    [Fact]
    public void Write_ImageSide_IsShiftedByTheTile()
    {
        var record = Write(Box(10.25, 20.5, 30, 40));
        Assert.Equal(new PixelBounds(1010.25, 2020.5, 1030, 2040), record.Bounds);
        var properties = Parse(record).GetProperty("properties");
        Assert.Equal("[1010.25,2020.5,1030,2040]", properties.GetProperty("imageBBox").GetRawText());
        Assert.Equal("""{"type":"Polygon","coordinates":[[[1010.25,2020.5],[1010.25,2040],[1030,2040],[1030,2020.5],[1010.25,2020.5]]]}""",
            properties.GetProperty("imageGeometry").GetRawText());
    }

    [Fact]
    public void Write_NoLocator_HasNullGeometryAndNoNote()
    {
        var feature = Parse(Write(Box(1, 2, 3, 4)));
        Assert.Equal(JsonValueKind.Null, feature.GetProperty("geometry").ValueKind);
        Assert.False(feature.GetProperty("properties").TryGetProperty("locationNote", out _));
    }

    [Fact]
    public void Write_Metadata_NamesSourceAndInference()
    {
        var feature = Parse(Write(Box(1, 2, 3, 4), index: 7));
        Assert.Equal("3-1000-2000-7", feature.GetProperty("id").GetString());
        var source = feature.GetProperty("properties").GetProperty("sourceMetadata");
        Assert.Equal("/data/a \"b\".tif", source.GetProperty("location").GetString());
        Assert.Equal("GTiff", source.GetProperty("format").GetString());
        Assert.Equal("[1000,2000,512,512]", source.GetProperty("tile").GetRawText());
        var inference = feature.GetProperty("properties").GetProperty("inferenceMetadata");
        Assert.Equal(Origin.JobId, inference.GetProperty("jobId").GetGuid());
        Assert.Equal("2026-01-01T00:00:00Z", inference.GetProperty("inferenceTime").GetString());
    }

    [Fact]
    public void Write_ImageThatTellsItsSource_SaysCategoryIdAndDate()
    {
        var image = Header(4096) with { Source = new SourceMetadata { Format = "NITF", Category = "VIS", Id = "i \"7\"", Date = new DateTimeOffset(2009, 10, 21, 12, 0, 0, TimeSpan.Zero) } };
        using var writer = new FeatureWriter(Origin with { Image = image }, new FakeTimeProvider());
        var source = Parse(writer.Write(Box(1, 2, 3, 4), Tile, 0, null)).GetProperty("properties").GetProperty("sourceMetadata");
        Assert.Equal(("VIS", "i \"7\"", "2009-10-21T12:00:00Z"),
            (source.GetProperty("category").GetString(), source.GetProperty("id").GetString(), source.GetProperty("date").GetString()));
    }

    [Fact]
    public void Write_ModelsOwnProperties_AreKeptAndReservedOnesAreNot()
    {
        var detection = Box(1, 2, 3, 4) with
        {
            Properties = [Raw("colour", "\"grün\""), Raw("sourceMetadata", "1"), Raw("n", "1.50")],
            Members = [Raw("id", "17"), Raw("extra", "[1]"), Raw("type", "\"x\"")],
        };
        var feature = Parse(Write(detection));
        var properties = feature.GetProperty("properties");
        Assert.Equal("grün", properties.GetProperty("colour").GetString());
        Assert.Equal("1.50", properties.GetProperty("n").GetRawText());
        Assert.Equal("17", properties.GetProperty("modelId").GetRawText());
        Assert.Equal(JsonValueKind.Object, properties.GetProperty("sourceMetadata").ValueKind);
        Assert.Equal("[1]", feature.GetProperty("extra").GetRawText());
        Assert.Equal("Feature", feature.GetProperty("type").GetString());
        Assert.Equal(1, feature.EnumerateObject().Count(m => m.Name == "type"));
    }

    [Fact]
    public void Write_Classes_KeepScoresAndMembersAndNameTheBest()
    {
        var detection = Box(1, 2, 3, 4) with
        {
            Score = 0.75,
            Classes = [new FeatureClass("a", 0.1), new FeatureClass("b", 0.75) { Members = [Raw("note", "true")] }],
        };
        var record = Write(detection);
        Assert.Equal(("b", 0.75), (record.Class, record.Score));
        Assert.Equal("""[{"iri":"a","score":0.1},{"iri":"b","score":0.75,"note":true}]""",
            Parse(record).GetProperty("properties").GetProperty("featureClasses").GetRawText());
    }

    [Fact]
    public void Write_Properties_AreTheLastMember()
    {
        var text = Encoding.UTF8.GetString(Write(Box(1, 2, 3, 4)).GeoJson.Span);
        Assert.EndsWith("}}", text, StringComparison.Ordinal);
        Assert.Equal("properties", JsonDocument.Parse(text).RootElement.EnumerateObject().Last().Name);
    }

    [Fact]
    public void Write_PolygonWithAHole_FollowsTheRightHandRule()
    {
        using var image = TestImage.Create(64);
        using var file = ImageFile.Open(image.Path, ImagingLimits.Default);
        using var locator = ImageLocator.For(file)!;
        double[] outer = [0, 0, 0, 40, 40, 40, 40, 0, 0, 0];
        double[] hole = [10, 10, 10, 20, 20, 20, 20, 10, 10, 10];
        foreach (var reversed in new[] { false, true })
        {
            var geometry = new PixelGeometry(PixelGeometryType.Polygon,
                reversed ? [.. Reverse(outer), .. Reverse(hole)] : [.. outer, .. hole], [5, 10]);
            var feature = Parse(Write(new Detection { Geometry = geometry, Bounds = geometry.Bounds }, tile: new PixelWindow(0, 0, 64, 64), locator: locator));
            var rings = feature.GetProperty("geometry").GetProperty("coordinates").EnumerateArray().Select(Flat).ToList();
            Assert.True(WorldGeometry.SignedArea(rings[0]) > 0);
            Assert.True(WorldGeometry.SignedArea(rings[1]) < 0);
        }
    }

    [Fact]
    public void Write_PointOnTheEarth_IsWhereTheLocatorSaysAndRoundTrips()
    {
        using var image = TestImage.Create(64);
        using var file = ImageFile.Open(image.Path, ImagingLimits.Default);
        using var locator = ImageLocator.For(file)!;
        var detection = new Detection { Geometry = PixelGeometry.Point(12.5, 7.25), Bounds = new PixelBounds(12.5, 7.25, 12.5, 7.25) };
        var position = Parse(Write(detection, tile: new PixelWindow(3, 4, 32, 32), locator: locator)).GetProperty("geometry").GetProperty("coordinates");
        Assert.Equal(image.Place(15.5, 11.25), (position[0].GetDouble(), position[1].GetDouble()));
    }

    [Fact]
    public void Write_FeatureBehindTheImagesEdge_EndsAtTheEdge()
    {
        var record = Write(Box(-5, 500, 20, 530), tile: new PixelWindow(0, 3584, 512, 512));
        Assert.Equal(new PixelBounds(0, 4084, 20, 4096), record.Bounds);
        var geometry = Parse(record).GetProperty("properties").GetProperty("imageGeometry");
        var ring = Flat(geometry.GetProperty("coordinates")[0]).Chunk(2).Select(p => (p[0], p[1])).ToHashSet();
        Assert.Equal([(0, 4084), (0, 4096), (20, 4096), (20, 4084)], ring.ToHashSet(), HashSet<(double, double)>.CreateSetComparer());
    }

    [Theory]
    [InlineData(PixelGeometryType.LineString, PixelGeometryType.MultiLineString)] // out and in again
    [InlineData(PixelGeometryType.MultiPoint, PixelGeometryType.MultiPoint)]
    public void Write_LinesAndPointsBehindTheEdge_KeepWhatIsInside(PixelGeometryType type, PixelGeometryType expected)
    {
        double[] positions = [10, 10, -10, 10, -10, 20, 10, 20];
        var geometry = new PixelGeometry(type, positions, type == PixelGeometryType.LineString ? [4] : null);
        var clipped = ImageEdge.Clip(geometry, Header(100))!;
        Assert.Equal(expected, clipped.Type);
        Assert.Equal(new PixelBounds(type == PixelGeometryType.MultiPoint ? 10 : 0, 10, 10, 20), clipped.Bounds);
    }

    [Fact]
    public void Clip_SelfIntersectingPolygon_StaysInTheImage()
    {
        var bowTie = new PixelGeometry(PixelGeometryType.Polygon, [-10, -10, 50, 50, 50, -10, -10, 50, -10, -10], [5]);
        var bounds = ImageEdge.Clip(bowTie, Header(40))!.Bounds;
        Assert.Equal(new PixelBounds(0, 0, 40, 40), bounds);
    }

    [Fact]
    public void Write_GroundWhoseHeightIsKnown_HasItAsThirdOrdinate()
    {
        // The image is its own ground: 1 band, each pixel's value its height.
        using var image = TestImage.Create(64);
        using var access = new ImageAccess(
            () => ImagingLimits.Default, () => new RemoteImageOptions(), TimeProvider.System, null, () => new LocatingOptions { ElevationModel = image.Path });
        using var file = access.Open(image.Path);
        using var locator = ImageLocator.For(file)!;
        var pixel = new byte[1];
        file.Read(new PixelWindow(15, 11, 1, 1), pixel);
        var detection = new Detection { Geometry = PixelGeometry.Point(12.5, 7.5), Bounds = new PixelBounds(12.5, 7.5, 12.5, 7.5) };
        var position = Parse(Write(detection, tile: new PixelWindow(3, 4, 32, 32), locator: locator)).GetProperty("geometry").GetProperty("coordinates");
        Assert.Equal(3, position.GetArrayLength());
        Assert.Equal(pixel[0], position[2].GetDouble(), 3);
    }

    private static ImageHeader Header(int size) => new()
    {
        Width = size,
        Height = size,
        Bands = 1,
        SampleType = "Byte",
        Driver = "GTiff",
        Georeferencing = Georeferencing.None,
    };

    private static FeatureRecord Write(Detection detection, int index = 0, PixelWindow? tile = null, ImageLocator? locator = null)
    {
        using var writer = new FeatureWriter(Origin, new FakeTimeProvider());
        return writer.Write(detection, tile ?? Tile, index, locator);
    }

    private static Detection Box(double minX, double minY, double maxX, double maxY)
    {
        var bounds = new PixelBounds(minX, minY, maxX, maxY);
        return new Detection { Geometry = PixelGeometry.Box(bounds), Bounds = bounds };
    }

    private static RawMember Raw(string name, string json) => new(name, Encoding.UTF8.GetBytes(json));

    private static JsonElement Parse(FeatureRecord record) => JsonDocument.Parse(record.GeoJson).RootElement;

    private static double[] Flat(JsonElement ring) => [.. ring.EnumerateArray().SelectMany(p => new[] { p[0].GetDouble(), p[1].GetDouble() })];

    private static double[] Reverse(double[] ring) => [.. ring.Chunk(2).Reverse().SelectMany(p => p)];
}
