using Swath.Endpoints;
using Swath.Imaging;

namespace Swath.Worker.Features;

/// <summary>Places a geometry of image pixels on the earth.</summary>
internal static class WorldGeometry
{
    /// <summary>The geometry in WGS 84. Null when any position has no place: half a geometry would be a wrong one.</summary>
    public static PlacedGeometry? Locate(PixelGeometry geometry, ImageLocator locator)
    {
        var pixels = geometry.Coordinates;
        var longitudes = new double[pixels.Length / 2];
        var latitudes = new double[longitudes.Length];
        for (var i = 0; i < longitudes.Length; i++)
        {
            longitudes[i] = pixels[2 * i];
            latitudes[i] = pixels[(2 * i) + 1];
        }

        if (!locator.TryLocate(longitudes, latitudes))
            return null;
        var placed = Place(geometry, longitudes, latitudes);
        return placed with { Heights = HeightsAt(placed.Positions, locator) };
    }

    /// <summary>Makes located positions a geometry that RFC 7946 allows. Neighbouring positions are taken to lie less than half the earth apart.</summary>
    /// <param name="geometry">How the positions make up the geometry.</param>
    /// <param name="longitudes">Degrees, in any turn of the earth; changed.</param>
    /// <param name="latitudes">Degrees.</param>
    public static PlacedGeometry Place(PixelGeometry geometry, double[] longitudes, double[] latitudes)
    {
        var (west, east, aroundPole) = Unroll(geometry, longitudes);
        var south = latitudes.Min();
        var north = latitudes.Max();
        var places = new double[2 * longitudes.Length];
        for (var i = 0; i < longitudes.Length; i++)
            (places[2 * i], places[(2 * i) + 1]) = (longitudes[i], latitudes[i]);

        var structure = geometry;
        if (aroundPole || longitudes.Any(longitude => longitude is < -180 or > 180))
        {
            structure = Antimeridian.Cut(geometry, places) ?? geometry;
            places = structure.Coordinates.ToArray();
            if (aroundPole)
                (south, north) = south + north > 0 ? (south, 90.0) : (-90.0, north);
        }

        if (structure.Type is PixelGeometryType.Polygon or PixelGeometryType.MultiPolygon)
            TurnRings(structure, places);
        return aroundPole || east - west >= 360
            ? new PlacedGeometry(structure, places, -180, south, 180, north)
            : new PlacedGeometry(structure, places, Normal(west), south, Normal(east), north);
    }

    /// <summary>Twice the area of a closed ring in square degrees, positive when anticlockwise.</summary>
    internal static double SignedArea(ReadOnlySpan<double> ring)
    {
        // Relative to the first position: small differences of large numbers would lose the sign of small rings.
        double area = 0, previousX = 0, previousY = 0;
        for (var i = 2; i + 1 < ring.Length; i += 2)
        {
            var (x, y) = (ring[i] - ring[0], ring[i + 1] - ring[1]);
            area += (previousX * y) - (x * previousY);
            (previousX, previousY) = (x, y);
        }

        return area;
    }

    private static double[]? HeightsAt(double[] positions, ImageLocator locator)
    {
        var heights = new double[positions.Length / 2];
        for (var i = 0; i < heights.Length; i++)
        {
            if (!locator.TryHeight(positions[2 * i], positions[(2 * i) + 1], out heights[i]))
                return null;
        }

        return heights;
    }

    // Takes the jumps out of each line, then puts it into the turn of the earth that its middle lies in. The box is that of all lines, each
    // in the turn nearest to the first.
    private static (double West, double East, bool AroundPole) Unroll(PixelGeometry geometry, Span<double> longitudes)
    {
        double west = double.PositiveInfinity, east = double.NegativeInfinity, first = double.NaN;
        var aroundPole = false;
        var start = 0;
        var isPoints = geometry.LineEnds.IsEmpty;
        for (var line = 0; line < (isPoints ? longitudes.Length : geometry.LineEnds.Length); line++)
        {
            var end = isPoints ? line + 1 : geometry.LineEnds[line];
            var positions = longitudes[start..end];
            start = end;
            for (var i = 1; i < positions.Length; i++)
                positions[i] -= 360 * Math.Round((positions[i] - positions[i - 1]) / 360);
            if (geometry.Type is PixelGeometryType.Polygon or PixelGeometryType.MultiPolygon)
                aroundPole |= Math.Abs(positions[^1] - positions[0]) > 180;

            var (least, most) = (positions[0], positions[0]);
            foreach (var longitude in positions)
                (least, most) = (Math.Min(least, longitude), Math.Max(most, longitude));
            var turn = 360 * Math.Round((least + most) / 2 / 360);
            if (turn != 0)
            {
                foreach (ref var longitude in positions)
                    longitude -= turn;
            }

            var middle = ((least + most) / 2) - turn;
            if (double.IsNaN(first))
                first = middle;
            var shift = turn + (360 * Math.Round((middle - first) / 360));
            west = Math.Min(west, least - shift);
            east = Math.Max(east, most - shift);
        }

        return (west, east, aroundPole);
    }

    private static double Normal(double longitude) => longitude is < -180 or > 180 ? Math.IEEERemainder(longitude, 360) : longitude;

    private static void TurnRings(PixelGeometry geometry, Span<double> places)
    {
        var outer = 0;
        var part = 0;
        for (var ring = 0; ring < geometry.LineEnds.Length; ring++)
        {
            var start = ring == 0 ? 0 : geometry.LineEnds[ring - 1];
            var positions = places[(2 * start)..(2 * geometry.LineEnds[ring])];
            var area = SignedArea(positions);
            if (ring == outer ? area < 0 : area > 0)
                Reverse(positions);
            if (part < geometry.PartEnds.Length && geometry.PartEnds[part] == ring + 1)
            {
                outer = ring + 1;
                part++;
            }
        }
    }

    private static void Reverse(Span<double> positions)
    {
        for (int left = 0, right = positions.Length - 2; left < right; left += 2, right -= 2)
        {
            (positions[left], positions[right]) = (positions[right], positions[left]);
            (positions[left + 1], positions[right + 1]) = (positions[right + 1], positions[left + 1]);
        }
    }
}
