using NetTopologySuite.Geometries;

namespace Swath.Imaging.Locating;

/// <summary>
/// An edge of more than 180 degrees runs around the earth as it is written, but is often meant to run the short way, across the
/// antimeridian: 179.9 to -179.9 is nearly the whole earth, or a fifth of a degree.
/// </summary>
internal static class ShortWay
{
    private const double HalfTurn = 180;

    /// <summary>
    /// The rings and lines that have such edges, with every edge taken the short way. Null when there are none, or when a ring does not
    /// close that way, because it goes around a pole or around the earth.
    /// </summary>
    /// <param name="ground">Longitude and latitude as they were written.</param>
    /// <param name="edge">The first such edge.</param>
    public static Geometry? Of(Geometry ground, out LineSegment? edge)
    {
        edge = null;
        List<Geometry> parts = [];
        foreach (var part in Parts(ground))
        {
            var written = part is Polygon polygon ? polygon.ExteriorRing.Coordinates : part.Coordinates;
            if (LongEdge(written) is not { } longEdge)
                continue;
            var unrolled = Unrolled(written);
            if (part is Polygon && unrolled[0].X != unrolled[^1].X)
                continue;
            Geometry other = part is Polygon ? ground.Factory.CreatePolygon(unrolled) : ground.Factory.CreateLineString(unrolled);
            if (part is Polygon && other.Area == 0)
                continue;
            edge ??= longEdge;
            parts.Add(other);
        }

        return parts.Count == 0 ? null : ground.Factory.BuildGeometry(parts);
    }

    private static IEnumerable<Geometry> Parts(Geometry geometry)
    {
        if (geometry is GeometryCollection collection)
            return collection.Geometries.SelectMany(Parts);
        return geometry is LineString { IsEmpty: false } or Polygon { IsEmpty: false } ? [geometry] : [];
    }

    private static LineSegment? LongEdge(Coordinate[] positions)
    {
        for (var i = 1; i < positions.Length; i++)
        {
            if (Math.Abs(positions[i].X - positions[i - 1].X) > HalfTurn)
                return new LineSegment(positions[i - 1], positions[i]);
        }

        return null;
    }

    // Whole turns of the written longitude: adding up differences would lose the last digits, and with them the closing of rings.
    private static Coordinate[] Unrolled(Coordinate[] positions)
    {
        var turns = 0;
        var unrolled = new Coordinate[positions.Length];
        for (var i = 0; i < positions.Length; i++)
        {
            if (i > 0 && Math.Abs(positions[i].X - positions[i - 1].X) > HalfTurn)
                turns -= (int)Math.Round((positions[i].X - positions[i - 1].X) / 360);
            unrolled[i] = new Coordinate(positions[i].X + (360 * turns), positions[i].Y);
        }

        return unrolled;
    }
}
