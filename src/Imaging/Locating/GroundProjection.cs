using NetTopologySuite.Densify;
using NetTopologySuite.Geometries;
using NetTopologySuite.Geometries.Utilities;
using NetTopologySuite.Operation.Union;

namespace Swath.Imaging.Locating;

/// <summary>Brings geometries from longitude and latitude into an image's pixels.</summary>
internal static class GroundProjection
{
    /// <summary>Points per side of the image whose places make its footprint.</summary>
    private const int PointsPerSide = 32;

    /// <summary>
    /// An edge is cut into steps of this part of the image's extent: a line that is straight on the ground bends in the image by the square
    /// of the step, so that 1/256 keeps even images of a whole hemisphere within a few pixels, and common ones far below one.
    /// </summary>
    private const double Step = 1.0 / 256;

    /// <summary>
    /// The geometry in pixels. What is far from the image is cut off first, on the ground: projections and rational polynomials are only
    /// defined near their image.
    /// </summary>
    public static Geometry ToPixels(Geometry ground, ImageLocator locator)
    {
        var near = Footprint(locator);
        var extent = Math.Max(near.Width, near.Height);
        near.ExpandBy(extent * 0.05);
        var frame = ground.Factory.ToGeometry(near);

        List<Geometry> parts = [];
        for (var turn = -360; turn <= 360; turn += 360)
        {
            // An image across the antimeridian has longitudes beyond 180 degrees.
            var turned = turn == 0 ? ground : AffineTransformation.TranslationInstance(turn, 0).Transform(ground);
            if (!turned.EnvelopeInternal.Intersects(near))
                continue;
            foreach (var part in Parts(turned))
            {
                var clipped = part.Intersection(frame);
                if (!clipped.IsEmpty)
                    parts.Add(Project(Densifier.Densify(clipped, extent * Step), locator));
            }
        }

        return parts.Count == 0 ? ground.Factory.CreatePolygon() : UnaryUnionOp.Union(parts);
    }

    private static IEnumerable<Geometry> Parts(Geometry geometry)
    {
        for (var i = 0; i < geometry.NumGeometries; i++)
            yield return geometry.GetGeometryN(i);
    }

    private static Geometry Project(Geometry ground, ImageLocator locator)
    {
        var pixels = ground.Copy();
        pixels.Apply(new ToPixelFilter(locator));
        pixels.GeometryChanged();
        return pixels.IsValid ? pixels : GeometryFixer.Fix(pixels);
    }

    /// <summary>Where the image's edges are, in degrees; all longitudes up to the pole when a pole is inside.</summary>
    private static Envelope Footprint(ImageLocator locator)
    {
        var footprint = new Envelope();
        int width = locator.Bounds.Width, height = locator.Bounds.Height;
        for (var i = 0; i <= PointsPerSide; i++)
        {
            double x = (double)width * i / PointsPerSide, y = (double)height * i / PointsPerSide;
            foreach (var (column, row) in new[] { (x, 0.0), (x, height), (0.0, y), (width, y) })
            {
                if (locator.TryLocate(column, row, out var longitude, out var latitude))
                    footprint.ExpandToInclude(longitude, latitude);
            }
        }

        foreach (var pole in new[] { -90.0, 90.0 })
        {
            if (locator.TryToPixel(0, pole, out var x, out var y) && x >= 0 && x <= width && y >= 0 && y <= height)
                footprint.ExpandToInclude(new Envelope(-180, 180, pole, pole));
        }

        if (footprint.IsNull)
            throw new ImageException(ImageErrorKind.InvalidRegionOfInterest, locator.Path, "no edge of the image has a place on the ground: leave the region of interest out");
        return footprint;
    }

    private sealed class ToPixelFilter(ImageLocator locator) : ICoordinateSequenceFilter
    {
        public bool Done => false;

        public bool GeometryChanged => true;

        public void Filter(CoordinateSequence sequence, int index)
        {
            double longitude = sequence.GetX(index), latitude = sequence.GetY(index);
            if (!locator.TryToPixel(longitude, latitude, out var x, out var y))
            {
                throw new ImageException(ImageErrorKind.InvalidRegionOfInterest, locator.Path,
                    FormattableString.Invariant($"the region of interest's point {longitude} {latitude} has no place in the image: move it closer to the image"));
            }

            sequence.SetX(index, x);
            sequence.SetY(index, y);
        }
    }
}
