using NetTopologySuite.Geometries;
using Swath.Endpoints;

namespace Swath.Worker.Regions;

/// <summary>Pixel geometries as NetTopologySuite's, for predicates.</summary>
internal static class PixelShapes
{
    private static readonly GeometryFactory Factory = new();

    /// <summary>
    /// The geometry in the same pixels. A ring of less than four positions, which is no ring, counts as its line; holes are kept.
    /// </summary>
    public static Geometry ToGeometry(PixelGeometry pixels)
    {
        var positions = new Coordinate[pixels.Coordinates.Length / 2];
        for (var i = 0; i < positions.Length; i++)
            positions[i] = new Coordinate(pixels.Coordinates[2 * i], pixels.Coordinates[(2 * i) + 1]);

        switch (pixels.Type)
        {
            case PixelGeometryType.Point:
            case PixelGeometryType.MultiPoint:
                return Factory.CreateMultiPointFromCoords(positions);
            case PixelGeometryType.LineString:
            case PixelGeometryType.MultiLineString:
                return Factory.BuildGeometry(Lines(positions, pixels.LineEnds).ConvertAll(Line));
            default:
                return Polygons(Lines(positions, pixels.LineEnds), pixels.PartEnds);
        }
    }

    private static Geometry Polygons(List<Coordinate[]> rings, ReadOnlySpan<int> partEnds)
    {
        var polygons = new List<Geometry>();
        ReadOnlySpan<int> ends = partEnds.IsEmpty ? [rings.Count] : partEnds;
        var first = 0;
        foreach (var end in ends)
        {
            if (IsRing(rings[first]))
                polygons.Add(Factory.CreatePolygon(Factory.CreateLinearRing(rings[first]),
                    [.. rings[(first + 1)..end].Where(IsRing).Select(Factory.CreateLinearRing)]));
            else
                polygons.Add(Line(rings[first]));
            first = end;
        }

        return polygons.Count == 1 ? polygons[0] : Factory.BuildGeometry(polygons);
    }

    private static List<Coordinate[]> Lines(Coordinate[] positions, ReadOnlySpan<int> lineEnds)
    {
        var lines = new List<Coordinate[]>(lineEnds.Length);
        var start = 0;
        foreach (var end in lineEnds)
        {
            lines.Add(positions[start..end]);
            start = end;
        }

        return lines;
    }

    private static bool IsRing(Coordinate[] positions) => positions.Length >= 4 && positions[0].Equals2D(positions[^1]);

    private static Geometry Line(Coordinate[] positions) =>
        positions.Length > 1 ? Factory.CreateLineString(positions) : Factory.CreatePoint(positions[0]);
}
