using FsCheck;
using FsCheck.Fluent;
using NetTopologySuite.Geometries;
using NetTopologySuite.Operation.Overlay;
using NetTopologySuite.Operation.OverlayNG;
using Swath.Contracts;
using Swath.Endpoints;
using Swath.Worker.Features;

namespace Swath.Worker.Tests.Features;

/// <summary>Cutting geometries at the image's edge, held against NetTopologySuite's overlay.</summary>
public sealed class HalfPlaneTests
{
    private static readonly ImageHeader Image = new()
    {
        Width = 100,
        Height = 100,
        Bands = 1,
        SampleType = "Byte",
        Driver = "GTiff",
        Georeferencing = Georeferencing.None,
    };

    [Fact]
    public void Clip_RandomSimplePolygonsWithHoles_IsWhatTheOverlaySays() => Check.One(Config.QuickThrowOnFailure.WithMaxTest(500), Prop.ForAll(
        Gen.Choose(0, int.MaxValue - 1).ToArbitrary(), seed =>
        {
            var geometry = Star(new Random(seed), onGrid: seed % 2 == 0);
            var expected = Overlay(geometry);
            var clipped = ImageEdge.Clip(geometry, Image);
            if (clipped is null)
                return expected.Area < 1e-9;
            var shape = PixelShapes.ToGeometry(clipped);
            if (Math.Abs(shape.Area - expected.Area) > 1e-6 * Math.Max(1, expected.Area))
                return false;

            // Where positions lie on the edge itself, parts may touch that the overlay joins.
            return seed % 2 == 0 || (shape.IsValid && shape.NumGeometries == expected.NumGeometries
                && OverlayNGRobust.Overlay(shape, expected, SpatialFunction.SymDifference).Area < 1e-6 * Math.Max(1, expected.Area));
        }));

    [Fact]
    public void Clip_ConcaveRing_FallsIntoItsPartsWithoutBridges()
    {
        // A comb whose back lies outside: each tooth is a part of its own.
        var comb = new PixelGeometry(PixelGeometryType.Polygon, [-10, 0, 50, 0, 50, 10, -5, 10, -5, 20, 50, 20, 50, 30, -10, 30, -10, 0], [9]);
        var clipped = ImageEdge.Clip(comb, Image)!;
        Assert.Equal((PixelGeometryType.MultiPolygon, 2), (clipped.Type, clipped.PartEnds.Length));
        Assert.Equal([0, 0, 50, 0, 50, 10, 0, 10], clipped.Coordinates[..8].ToArray().Chunk(2).OrderBy(p => (p[1], p[1] == 0 ? p[0] : -p[0])).SelectMany(p => p));
    }

    [Theory]
    [InlineData(20, 28)]
    [InlineData(30, 22)]
    public void Clip_HoleThatTouchesItsShell_StaysInItsPart(double touches, double others)
    {
        var comb = new PixelGeometry(
            PixelGeometryType.Polygon,
            [-10, 0, 50, 0, 50, 10, -5, 10, -5, 20, 50, 20, 50, 30, -10, 30, -10, 0, 30, touches, 35, others, 25, others, 30, touches], [9, 13]);

        var shape = PixelShapes.ToGeometry(ImageEdge.Clip(comb, Image)!);

        Assert.Equal(1000 - (10 * 8 / 2), shape.Area, 9);
    }

    [Theory]
    [InlineData(100, 10, 150, 20)]
    [InlineData(-50, -50, -1, -1)]
    public void Clip_PolygonThatOnlyTouchesTheEdge_IsNothing(double minX, double minY, double maxX, double maxY) =>
        Assert.Null(ImageEdge.Clip(PixelGeometry.Box(new PixelBounds(minX, minY, maxX, maxY)), Image));

    [Fact]
    public void Clip_FiftyThousandRandomPositions_TakesLessThanASecond()
    {
        var random = new Random(1);
        double[] positions = [.. Enumerable.Range(0, 100_000).Select(_ => (random.NextDouble() * 200) - 50)];
        var tangle = new PixelGeometry(PixelGeometryType.Polygon, [.. positions, positions[0], positions[1]], [50_001]);
        var before = Environment.CpuUsage.TotalTime;

        var clipped = ImageEdge.Clip(tangle, Image)!;

        var taken = Environment.CpuUsage.TotalTime - before;
        Assert.True(taken < TimeSpan.FromSeconds(5), $"Took {taken}.");
        Assert.Equal(new PixelBounds(0, 0, 100, 100), clipped.Bounds);
        Assert.All(PixelParts.Polygons(clipped).SelectMany(polygon => polygon), ring => Assert.True(ring.Length >= 3));
    }

    [Fact]
    public void Cut_TangleAcrossTheAntimeridian_IsRefusedAtOnce()
    {
        var random = new Random(1);
        double[] places = [.. Enumerable.Range(0, 3000).SelectMany(_ => new[] { 170 + (random.NextDouble() * 20), random.NextDouble() * 20 })];
        var tangle = new PixelGeometry(PixelGeometryType.Polygon, [.. places, places[0], places[1]], [3001]);
        var before = Environment.CpuUsage.TotalTime;

        Assert.Throws<UnusableFeatureException>(() => Antimeridian.Cut(tangle, tangle.Coordinates.ToArray()));

        var taken = Environment.CpuUsage.TotalTime - before;
        Assert.True(taken < TimeSpan.FromSeconds(5), $"Took {taken}.");
    }

    private static Geometry Overlay(PixelGeometry geometry)
    {
        var shape = PixelShapes.ToGeometry(geometry);
        var overlay = OverlayNGRobust.Overlay(shape, shape.Factory.ToGeometry(new Envelope(0, 100, 0, 100)), SpatialFunction.Intersection);
        return shape.Factory.BuildGeometry([.. Enumerable.Range(0, overlay.NumGeometries).Select(overlay.GetGeometryN).Where(part => part.Dimension == Dimension.Surface)]);
    }

    // Around a centre, with spikes and a hole: concave, and cut into many parts. On a grid, positions lie on the edges themselves.
    private static PixelGeometry Star(Random random, bool onGrid)
    {
        var (x, y, spikes) = (random.Next(-20, 120), random.Next(-20, 120), random.Next(3, 40));
        double Round(double value) => onGrid ? Math.Round(value / 10) * 10 : value;
        double[] Ring(double least, double most) =>
        [
            .. Enumerable.Range(0, spikes).Select(i => (Angle: i * Math.Tau / spikes, Radius: least + (random.NextDouble() * (most - least))))
                .SelectMany(p => new[] { Round(x + (p.Radius * Math.Cos(p.Angle))), Round(y + (p.Radius * Math.Sin(p.Angle))) }),
        ];
        var (shell, hole) = (Ring(30, 120), Ring(5, 25));
        var whole = new PixelGeometry(PixelGeometryType.Polygon, [.. shell, shell[0], shell[1], .. hole, hole[0], hole[1]], [spikes + 1, 2 * (spikes + 1)]);

        // Rounding may have made a ring cross itself, which the overlay does not take.
        return PixelShapes.ToGeometry(whole).IsValid ? whole : PixelGeometry.Box(new PixelBounds(x - 30, y - 30, x + 30, y + 30));
    }
}
