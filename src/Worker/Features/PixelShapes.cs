using NetTopologySuite.Geometries;
using Swath.Endpoints;

namespace Swath.Worker.Features;

/// <summary>Flat geometries as NetTopologySuite's, for what is more than arithmetic, and back.</summary>
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

    /// <summary>
    /// The parts of the highest dimension, which are all that is left of a geometry that was cut; null when nothing is. Rings and lines keep
    /// their order.
    /// </summary>
    public static PixelGeometry? FromGeometry(Geometry geometry)
    {
        var parts = Parts(geometry).Where(part => !part.IsEmpty).ToList();
        if (parts.Count == 0)
            return null;
        var dimension = parts.Max(part => part.Dimension);
        parts.RemoveAll(part => part.Dimension != dimension);
        var coordinates = new List<double>();
        var lineEnds = new List<int>();
        var partEnds = new List<int>();
        foreach (var part in parts)
        {
            if (part is Polygon polygon)
            {
                AddLine(polygon.ExteriorRing);
                foreach (var hole in polygon.InteriorRings)
                    AddLine(hole);
                partEnds.Add(lineEnds.Count);
            }
            else
            {
                AddLine(part);
            }
        }

        var one = parts.Count == 1;
        var type = dimension switch
        {
            Dimension.Surface => one ? PixelGeometryType.Polygon : PixelGeometryType.MultiPolygon,
            Dimension.Curve => one ? PixelGeometryType.LineString : PixelGeometryType.MultiLineString,
            _ => one ? PixelGeometryType.Point : PixelGeometryType.MultiPoint,
        };
        return new PixelGeometry(type, [.. coordinates], [.. lineEnds], [.. partEnds]);

        void AddLine(Geometry line)
        {
            foreach (var position in line.Coordinates)
            {
                coordinates.Add(position.X);
                coordinates.Add(position.Y);
            }

            lineEnds.Add(coordinates.Count / 2);
        }
    }

    private static IEnumerable<Geometry> Parts(Geometry geometry) => geometry is GeometryCollection collection
        ? collection.Geometries.SelectMany(Parts)
        : [geometry];

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
