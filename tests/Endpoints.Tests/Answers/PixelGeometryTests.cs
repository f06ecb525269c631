using System.Text;
using System.Text.Json;
using FsCheck;
using FsCheck.Fluent;

namespace Swath.Endpoints.Tests.Answers;

public sealed class PixelGeometryTests
{
    private static readonly Config Cases = Config.QuickThrowOnFailure.WithMaxTest(300);

    [Theory]
    [InlineData("""{"type":"Point","coordinates":[1.5,2]}""")]
    [InlineData("""{"type":"MultiPoint","coordinates":[[1,2],[3,4]]}""")]
    [InlineData("""{"type":"LineString","coordinates":[[1,2],[3,4]]}""")]
    [InlineData("""{"type":"MultiLineString","coordinates":[[[1,2],[3,4]],[[5,6],[7,8],[9,1]]]}""")]
    [InlineData("""{"type":"Polygon","coordinates":[[[0,0],[9,0],[9,9],[0,0]],[[2,1],[3,1],[3,2],[2,1]]]}""")]
    [InlineData("""{"type":"MultiPolygon","coordinates":[[[[0,0],[9,0],[9,9],[0,0]],[[2,1],[3,1],[3,2],[2,1]]],[[[20,20],[21,20],[21,21],[20,20]]]]}""")]
    public void WriteTo_ReadGeometry_GivesTheSameJson(string json) =>
        Assert.Equal(json, Write(Answer.ReadOne($$"""{"imageGeometry":{{json}}}""").Geometry));

    [Fact]
    public void WriteTo_OtherCoordinates_KeepsTheShape()
    {
        var geometry = Answer.ReadOne("""{"imageGeometry":{"type":"MultiLineString","coordinates":[[[1,2],[3,4]],[[5,6],[7,8]]]}}""").Geometry;

        Assert.Equal(
            """{"type":"MultiLineString","coordinates":[[[1,2,3],[4,5,6]],[[7,8,9],[10,11,12]]]}""",
            Write(geometry, [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]));
    }

    [Fact]
    public void Read_ThirdOrdinates_AreLeftOut() =>
        Assert.Equal([1.0, 2.0], Answer.ReadOne("""{"imageGeometry":{"type":"Point","coordinates":[1,2,30]}}""").Geometry.Coordinates.ToArray());

    [Fact]
    public void Property_TranslatedBoxes_HaveTranslatedBounds()
    {
        var boxes = Gen.Choose(-1000, 1000).Four().Select(c => PixelBounds.Around([c.Item1, c.Item2, c.Item3, c.Item4]));
        var moves = Gen.Choose(-100_000, 100_000).Two();
        Check.One(Cases, Prop.ForAll(boxes.Zip(moves).ToArbitrary(), sample =>
        {
            var (box, (dx, dy)) = sample;
            return PixelGeometry.Box(box).Translate(dx, dy).Bounds == box.Translate(dx, dy);
        }));
    }

    [Fact]
    public void Property_FlippedBytesOfAnAnswer_AreReadOrRefusedTyped()
    {
        var answer = Encoding.UTF8.GetBytes(
            """{"type":"FeatureCollection","features":[{"type":"Feature","id":7,"geometry":null,"properties":{"imageGeometry":{"type":"Polygon","coordinates":[[[1,1],[5,1],[5,5],[1,1]]]},"imageBBox":[1,1,5,5],"featureClasses":[{"iri":"ship","score":0.5}],"x":"\u00e9"}}]}""");
        var flips = Gen.Choose(0, answer.Length - 1).Zip(Gen.Choose(1, 255)).ListOf(3);
        Check.One(Cases.WithMaxTest(2000), Prop.ForAll(flips.ToArbitrary(), places =>
        {
            var broken = (byte[])answer.Clone();
            foreach (var (at, mask) in places)
                broken[at] ^= (byte)mask;
            try
            {
                return FeatureCollectionReader.Read(broken, Answer.Tile).Detections.Count <= 1;
            }
            catch (InvocationException)
            {
                return true;
            }
        }));
    }

    private static string Write(PixelGeometry geometry, double[]? heights = null)
    {
        using var stream = new MemoryStream();
        using (var writer = new Utf8JsonWriter(stream))
        {
            if (heights is null)
                geometry.WriteTo(writer);
            else
                geometry.WriteTo(writer, heights, 3);
        }

        return Encoding.UTF8.GetString(stream.ToArray());
    }
}
