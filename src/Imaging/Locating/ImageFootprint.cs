using NetTopologySuite.Geometries;

namespace Swath.Imaging.Locating;

/// <summary>Where an image's edges are on the ground.</summary>
internal static class ImageFootprint
{
    /// <summary>Points per side of the image whose places are looked at.</summary>
    private const int PointsPerSide = 32;

    /// <summary>
    /// The box around the image's edges, in degrees. Longitudes run on without a jump along the edges, so that an image across the antimeridian
    /// has a narrow box that reaches beyond 180 or -180 degrees; all longitudes up to the pole when a pole is inside.
    /// </summary>
    /// <exception cref="ImageException"><see cref="ImageErrorKind.InvalidRegionOfInterest"/>: no point of the edges has a place.</exception>
    public static Envelope Of(ImageLocator locator)
    {
        var footprint = new Envelope();
        int width = locator.Bounds.Width, height = locator.Bounds.Height;
        double? previous = null;
        foreach (var (x, y) in Edges(width, height))
        {
            if (!locator.TryLocate(x, y, out var longitude, out var latitude))
                continue;
            if (previous is { } last)
                longitude += 360 * Math.Round((last - longitude) / 360);
            previous = longitude;
            footprint.ExpandToInclude(longitude, latitude);
        }

        if (footprint.IsNull)
            throw new ImageException(ImageErrorKind.InvalidRegionOfInterest, locator.Path, "no edge of the image has a place on the ground: leave the region of interest out");
        foreach (var pole in new[] { -90.0, 90.0 })
        {
            if (locator.TryToPixel(0, pole, out var x, out var y) && x >= 0 && x <= width && y >= 0 && y <= height)
                return new Envelope(-180, 180, Math.Min(pole, footprint.MinY), Math.Max(pole, footprint.MaxY));
        }

        // Its middle in -180..180: then a region, which may be written a turn further east or west, is at most one turn away.
        footprint.Translate(-360 * Math.Round(footprint.Centre.X / 360), 0);
        return footprint;
    }

    // Clockwise from the top left, so that neighbours in the list are neighbours on the ground.
    private static IEnumerable<(double X, double Y)> Edges(double width, double height)
    {
        for (var side = 0; side < 4; side++)
        {
            for (var i = 0; i < PointsPerSide; i++)
            {
                var along = (double)i / PointsPerSide;
                yield return side switch
                {
                    0 => (width * along, 0),
                    1 => (width, height * along),
                    2 => (width * (1 - along), height),
                    _ => (0, height * (1 - along)),
                };
            }
        }
    }
}
