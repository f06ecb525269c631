using Swath.Endpoints;
using Swath.Imaging;

namespace Swath.Worker.Features;

/// <summary>Places a geometry of image pixels on the earth.</summary>
internal static class WorldGeometry
{
    /// <summary>
    /// Longitudes and latitudes of the geometry's positions, interleaved, in WGS 84 degrees and in the geometry's order, but with
    /// rings turned to RFC 7946's right-hand rule (outer rings anticlockwise, holes clockwise). Null when any position has no
    /// place: half a geometry would be a wrong one.
    /// </summary>
    public static double[]? Locate(PixelGeometry geometry, ImageLocator locator)
    {
        var pixels = geometry.Coordinates;
        var count = pixels.Length / 2;
        var longitudes = new double[count];
        var latitudes = new double[count];
        for (var i = 0; i < count; i++)
        {
            longitudes[i] = pixels[2 * i];
            latitudes[i] = pixels[(2 * i) + 1];
        }

        if (!locator.TryLocate(longitudes, latitudes))
            return null;
        Normalise(longitudes);
        var places = new double[2 * count];
        for (var i = 0; i < count; i++)
        {
            places[2 * i] = longitudes[i];
            places[(2 * i) + 1] = latitudes[i];
        }

        if (geometry.Type is PixelGeometryType.Polygon or PixelGeometryType.MultiPolygon)
            TurnRings(geometry, places);
        return places;
    }

    // Images across the antimeridian are located with longitudes beyond 180: RFC 7946 wants -180..180.
    private static void Normalise(Span<double> longitudes)
    {
        foreach (ref var longitude in longitudes)
        {
            if (longitude is < -180 or > 180)
                longitude = Math.IEEERemainder(longitude, 360);
        }
    }

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

    /// <summary>Twice the area of a closed ring in square degrees, positive when anticlockwise; safe across the antimeridian.</summary>
    internal static double SignedArea(ReadOnlySpan<double> ring)
    {
        // Relative to the first position: small differences of large numbers would lose the sign of small rings.
        double area = 0, previousX = 0, previousY = 0;
        for (var i = 2; i + 1 < ring.Length; i += 2)
        {
            var x = Math.IEEERemainder(ring[i] - ring[0], 360);
            var y = ring[i + 1] - ring[1];
            area += (previousX * y) - (x * previousY);
            previousX = x;
            previousY = y;
        }

        return area;
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
