using Swath.Endpoints;

namespace Swath.Worker.Features;

/// <summary>Flat geometries taken apart into lists of positions, and put together again.</summary>
internal static class PixelParts
{
    /// <summary>All positions.</summary>
    public static List<Position> Points(PixelGeometry geometry)
    {
        var points = new List<Position>(geometry.Coordinates.Length / 2);
        for (var i = 0; i < geometry.Coordinates.Length; i += 2)
            points.Add(new Position(geometry.Coordinates[i], geometry.Coordinates[i + 1]));
        return points;
    }

    /// <summary>The positions of each line or ring.</summary>
    public static List<Position[]> Lines(PixelGeometry geometry)
    {
        var points = Points(geometry);
        var lines = new List<Position[]>(geometry.LineEnds.Length);
        var start = 0;
        foreach (var end in geometry.LineEnds)
        {
            lines.Add([.. points[start..end]]);
            start = end;
        }

        return lines;
    }

    /// <summary>Each polygon's rings, the shell first; not closed.</summary>
    public static List<List<Position[]>> Polygons(PixelGeometry geometry)
    {
        var rings = Lines(geometry).ConvertAll(ring => ring.Length > 1 && ring[0] == ring[^1] ? ring[..^1] : ring);
        if (geometry.PartEnds.IsEmpty)
            return [rings];
        var polygons = new List<List<Position[]>>(geometry.PartEnds.Length);
        var first = 0;
        foreach (var end in geometry.PartEnds)
        {
            polygons.Add(rings[first..end]);
            first = end;
        }

        return polygons;
    }

    /// <summary>A point or several; null of none.</summary>
    public static PixelGeometry? OfPoints(List<Position> points) => points.Count == 0
        ? null
        : new PixelGeometry(points.Count == 1 ? PixelGeometryType.Point : PixelGeometryType.MultiPoint, Flat(points));

    /// <summary>A line or several; null of none.</summary>
    public static PixelGeometry? OfLines(List<Position[]> lines) => lines.Count == 0
        ? null
        : new PixelGeometry(lines.Count == 1 ? PixelGeometryType.LineString : PixelGeometryType.MultiLineString, Flat(lines.SelectMany(line => line)), Ends(lines, line => line.Length));

    /// <summary>A polygon or several, of rings that are closed here; null of none.</summary>
    public static PixelGeometry? OfPolygons(List<List<Position[]>> polygons)
    {
        if (polygons.Count == 0)
            return null;
        List<Position[]> rings = [.. polygons.SelectMany(polygon => polygon).Select(ring => (Position[])[.. ring, ring[0]])];
        return polygons.Count == 1
            ? new PixelGeometry(PixelGeometryType.Polygon, Flat(rings.SelectMany(ring => ring)), Ends(rings, ring => ring.Length))
            : new PixelGeometry(PixelGeometryType.MultiPolygon, Flat(rings.SelectMany(ring => ring)), Ends(rings, ring => ring.Length), Ends(polygons, polygon => polygon.Count));
    }

    private static double[] Flat(IEnumerable<Position> positions) => [.. positions.SelectMany(position => (double[])[position.X, position.Y])];

    private static int[] Ends<T>(List<T> parts, Func<T, int> lengthOf)
    {
        var end = 0;
        return [.. parts.Select(part => end += lengthOf(part))];
    }
}
