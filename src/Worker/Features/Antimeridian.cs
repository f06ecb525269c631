using NetTopologySuite.Geometries;
using NetTopologySuite.Geometries.Utilities;
using NetTopologySuite.Operation.Overlay;
using NetTopologySuite.Operation.OverlayNG;
using Swath.Endpoints;
using Swath.Imaging.Locating;

namespace Swath.Worker.Features;

/// <summary>
/// Cuts geometries at the antimeridian (RFC 7946 section 3.1.9), and closes rings that go around a pole over the pole: on the flat map of
/// longitudes and latitudes they would not be areas.
/// </summary>
internal static class Antimeridian
{
    private static readonly GeometryFactory Factory = new();

    /// <summary>The geometry between -180 and 180 degrees.</summary>
    /// <param name="geometry">How the positions make up the geometry.</param>
    /// <param name="places">Longitude and latitude, interleaved; longitudes run on without a jump in each line, in whatever turn of the earth.</param>
    /// <returns>Null when nothing is left, as of a line without a length.</returns>
    /// <exception cref="UnusableFeatureException">Its lines cross each other so often that cutting would take minutes.</exception>
    public static PixelGeometry? Cut(PixelGeometry geometry, double[] places)
    {
        var lines = Lines(geometry, places);
        if (geometry.Type is not (PixelGeometryType.Point or PixelGeometryType.MultiPoint)
            && !SegmentCrossings.AreFew(Factory.CreateMultiLineString([.. lines.Select(line => Factory.CreateLineString(line))])))
            throw new UnusableFeatureException("A feature's lines cross each other tens of thousands of times: it can't be cut at the antimeridian.");
        return geometry.Type switch
        {
            PixelGeometryType.Point or PixelGeometryType.MultiPoint => PixelShapes.FromGeometry(Fold(Factory.CreateMultiPointFromCoords([.. lines.SelectMany(line => line)]))),
            PixelGeometryType.LineString or PixelGeometryType.MultiLineString =>
                PixelShapes.FromGeometry(Fold(Factory.CreateMultiLineString([.. lines.Select(line => Factory.CreateLineString(line))]))),
            _ => PixelShapes.FromGeometry(Factory.BuildGeometry(Polygons(geometry, lines))),
        };
    }

    // Shell and holes are folded one by one: their turns of the earth need not be the same.
    private static IEnumerable<Geometry> Polygons(PixelGeometry geometry, List<Coordinate[]> rings)
    {
        int[] ends = geometry.PartEnds.IsEmpty ? [rings.Count] : [.. geometry.PartEnds];
        var first = 0;
        foreach (var end in ends)
        {
            var area = Fold(Area(rings[first]));
            for (var hole = first + 1; hole < end; hole++)
                area = OverlayNGRobust.Overlay(area, Fold(Area(rings[hole])), SpatialFunction.Difference);
            yield return area;
            first = end;
        }
    }

    private static Geometry Area(Coordinate[] ring)
    {
        if (Math.Abs(ring[^1].X - ring[0].X) > 180)
        {
            var pole = ring.Sum(position => position.Y) > 0 ? 90 : -90;
            ring = [.. ring, new Coordinate(ring[^1].X, pole), new Coordinate(ring[0].X, pole), ring[0].Copy()];
        }

        Geometry area = Factory.CreatePolygon(ring);
        return area.IsValid ? area : GeometryFixer.Fix(area);
    }

    private static Geometry Fold(Geometry geometry)
    {
        var box = geometry.EnvelopeInternal;
        Geometry? folded = null;
        for (var turn = Turn(box.MinX); turn <= Turn(box.MaxX); turn++)
        {
            var strip = Factory.ToGeometry(new Envelope(-180 + (360.0 * turn), 180 + (360.0 * turn), -90, 90));
            var part = OverlayNGRobust.Overlay(geometry, strip, SpatialFunction.Intersection);
            if (turn != 0)
                part = AffineTransformation.TranslationInstance(-360.0 * turn, 0).Transform(part);
            folded = folded is null ? part : OverlayNGRobust.Overlay(folded, part, SpatialFunction.Union);
        }

        return folded!;
    }

    private static int Turn(double longitude) => (int)Math.Floor((longitude + 180) / 360);

    private static List<Coordinate[]> Lines(PixelGeometry geometry, double[] places)
    {
        int[] ends = geometry.LineEnds.IsEmpty ? [places.Length / 2] : [.. geometry.LineEnds];
        var lines = new List<Coordinate[]>(ends.Length);
        var start = 0;
        foreach (var end in ends)
        {
            var line = new Coordinate[end - start];
            for (var i = 0; i < line.Length; i++)
                line[i] = new Coordinate(places[2 * (start + i)], places[(2 * (start + i)) + 1]);
            lines.Add(line);
            start = end;
        }

        return lines;
    }
}
