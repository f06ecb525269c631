using FsCheck;
using FsCheck.Fluent;
using NetTopologySuite.Geometries;
using Swath.Endpoints;
using Swath.Worker.Features;

namespace Swath.Worker.Tests.Features;

public sealed class WorldGeometryTests
{
    private static readonly Arbitrary<(double Longitude, double Latitude, double Width, double Height, int Turn, bool Reversed)> Boxes = Arb.From(
        from longitude in Gen.Choose(-1800, 1800)
        from latitude in Gen.Choose(-850, 700)
        from width in Gen.Choose(1, 1700)
        from height in Gen.Choose(1, 150)
        from turn in Gen.Choose(-1, 1)
        from reversed in Gen.Elements(false, true)
        select (longitude / 10.0, latitude / 10.0, width / 10.0, height / 10.0, turn, reversed));

    [Fact]
    public void Place_BoxAnywhere_IsValidInRangeAnticlockwiseAndOfTheSameArea() => Check.One(Config.QuickThrowOnFailure.WithMaxTest(300), Prop.ForAll(Boxes, box =>
    {
        // Longitudes as a locator may give them: each in -180..180, or all in another turn of the earth.
        double[] xs = [box.Longitude, box.Longitude + box.Width, box.Longitude + box.Width, box.Longitude, box.Longitude];
        double[] ys = [box.Latitude, box.Latitude, box.Latitude + box.Height, box.Latitude + box.Height, box.Latitude];
        if (box.Reversed)
            (xs, ys) = ([.. xs.Reverse()], [.. ys.Reverse()]);
        xs = box.Turn == 0 ? [.. xs.Select(x => Math.IEEERemainder(x, 360))] : [.. xs.Select(x => x + (360 * box.Turn))];

        var placed = WorldGeometry.Place(Ring(5), xs, ys);
        var areas = Rings(placed).Select(ring => WorldGeometry.SignedArea(ring)).ToList();
        return InRange(placed) && areas.All(area => area > 0) && Math.Abs((areas.Sum() / 2) - (box.Width * box.Height)) < 1e-6
            && PixelShapes.ToGeometry(new PixelGeometry(placed.Structure.Type, placed.Positions, [.. placed.Structure.LineEnds], [.. placed.Structure.PartEnds])).IsValid;
    }));

    [Fact]
    public void Place_PolygonAcrossTheAntimeridian_IsCutInTwo()
    {
        var placed = WorldGeometry.Place(Ring(5), [179, -179, -179, 179, 179], [10, 10, 11, 11, 10]);
        Assert.Equal(PixelGeometryType.MultiPolygon, placed.Structure.Type);
        Assert.Equal(2, placed.Structure.PartEnds.Length);
        Assert.Equal((179, 10, -179, 11), (placed.West, placed.South, placed.East, placed.North));
    }

    [Fact]
    public void Place_LineAcrossTheAntimeridian_IsCutInTwo()
    {
        var placed = WorldGeometry.Place(new PixelGeometry(PixelGeometryType.LineString, new double[4], [2]), [-179, 179], [0, 2]);
        Assert.Equal(PixelGeometryType.MultiLineString, placed.Structure.Type);
        Assert.Equal(4, placed.Positions.Length / 2);
        Assert.Equal(2, placed.Positions.Chunk(2).Count(position => Math.Abs(position[0]) == 180 && Math.Abs(position[1] - 1) < 1e-9));
    }

    [Fact]
    public void Place_PointsInAnotherTurn_ComeIntoRange()
    {
        var placed = WorldGeometry.Place(new PixelGeometry(PixelGeometryType.MultiPoint, new double[4]), [190, 540.5], [1, 2]);
        Assert.Equal([-170, 1, -179.5, 2], placed.Positions);
        Assert.Equal((-179.5, -170.0), (placed.West, placed.East));
    }

    [Fact]
    public void Place_HoleAcrossTheAntimeridian_StaysAHole()
    {
        var polygon = new PixelGeometry(PixelGeometryType.Polygon, new double[20], [5, 10]);
        var placed = WorldGeometry.Place(polygon, [170, -170, -170, 170, 170, 179, -179, -179, 179, 179], [0, 0, 10, 10, 0, 4, 4, 6, 6, 4]);
        Assert.True(InRange(placed));
        Assert.Equal(200 - 4, Rings(placed).Sum(ring => WorldGeometry.SignedArea(ring)) / 2, 9);
    }

    [Theory]
    [InlineData(80)]
    [InlineData(-80)]
    public void Place_RingAroundAPole_CoversThePole(double latitude)
    {
        var placed = WorldGeometry.Place(Ring(5), [0, 90, 180, -90, 0], [latitude, latitude, latitude, latitude, latitude]);
        Assert.Equal(360 * 10, Rings(placed).Sum(ring => WorldGeometry.SignedArea(ring)) / 2, 9);
        Assert.Equal((-180, 180), (placed.West, placed.East));
        Assert.Equal(latitude > 0 ? (80.0, 90.0) : (-90.0, -80.0), (placed.South, placed.North));
        Assert.Contains(placed.Positions, y => Math.Abs(y) == 90);
        Assert.True(InRange(placed));
    }

    [Fact]
    public void Place_OrdinaryPolygon_KeepsItsPositionsToTheBit()
    {
        double[] xs = [11.123456789012345, 11.2, 11.2, 11.1, 11.123456789012345];
        var placed = WorldGeometry.Place(Ring(5), [.. xs], [48, 48, 49, 49, 48]);
        Assert.Equal(xs, placed.Positions.Where((_, i) => i % 2 == 0));
    }

    private static PixelGeometry Ring(int positions) => new(PixelGeometryType.Polygon, new double[2 * positions], [positions]);

    private static bool InRange(PlacedGeometry placed) =>
        placed.Positions.Where((_, i) => i % 2 == 0).All(x => x is >= -180 and <= 180) && placed.Positions.Where((_, i) => i % 2 == 1).All(y => y is >= -90 and <= 90);

    private static IEnumerable<double[]> Rings(PlacedGeometry placed)
    {
        var start = 0;
        foreach (var end in placed.Structure.LineEnds.ToArray())
        {
            yield return placed.Positions[(2 * start)..(2 * end)];
            start = end;
        }
    }
}
