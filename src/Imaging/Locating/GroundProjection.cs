using NetTopologySuite.Densify;
using NetTopologySuite.Geometries;
using NetTopologySuite.Geometries.Utilities;
using NetTopologySuite.Operation.Union;

namespace Swath.Imaging.Locating;

/// <summary>Brings geometries from longitude and latitude into an image's pixels.</summary>
internal static class GroundProjection
{
    /// <summary>
    /// An edge is cut into steps of this part of the image's extent: a line that is straight on the ground bends in the image by the square
    /// of the step, so that 1/256 keeps even images of a whole hemisphere within a few pixels, and common ones far below one.
    /// </summary>
    private const double Step = 1.0 / 256;

    /// <summary>Steps that all edges may have in all: each is projected, and more is a tangle that crosses the image thousands of times.</summary>
    private const int MostSteps = 250_000;

    /// <summary>
    /// The geometry in pixels. What is far from the image is cut off first, on the ground: projections and rational polynomials are only
    /// defined near their image.
    /// </summary>
    public static Geometry ToPixels(Geometry ground, ImageLocator locator)
    {
        var near = ImageFootprint.Of(locator);
        var extent = Math.Max(near.Width, near.Height);
        near.ExpandBy(extent * 0.05);
        var frame = ground.Factory.ToGeometry(near);

        List<Geometry> parts = [];
        var steps = 0.0;
        for (var turn = -360; turn <= 360; turn += 360)
        {
            // An image across the antimeridian has longitudes beyond 180 degrees.
            var turned = turn == 0 ? ground : AffineTransformation.TranslationInstance(turn, 0).Transform(ground);
            if (!turned.EnvelopeInternal.Intersects(near))
                continue;
            foreach (var part in Parts(turned))
            {
                var clipped = part.Intersection(frame);
                if (clipped.IsEmpty)
                    continue;
                steps += clipped.NumPoints + (clipped.Length / (extent * Step));
                if (steps > MostSteps)
                    throw new ImageException(ImageErrorKind.InvalidRegionOfInterest, locator.Path, "the region of interest's edges cross the image a thousand times over: simplify it");
                parts.Add(Project(Densifier.Densify(clipped, extent * Step), new ToPixelFilter(locator, ground, turn), locator));
            }
        }

        if (parts.Count == 0)
            return ground.Factory.CreatePolygon();
        EnsureFewCrossings(ground.Factory.BuildGeometry(parts), locator);
        return UnaryUnionOp.Union(parts);
    }

    private static IEnumerable<Geometry> Parts(Geometry geometry)
    {
        for (var i = 0; i < geometry.NumGeometries; i++)
            yield return geometry.GetGeometryN(i);
    }

    private static Geometry Project(Geometry ground, ToPixelFilter toPixels, ImageLocator locator)
    {
        var pixels = ground.Copy();
        pixels.Apply(toPixels);
        pixels.GeometryChanged();

        // What is simple on the ground is a tangle in an image whose header says so.
        EnsureFewCrossings(pixels, locator);
        return pixels.IsValid ? pixels : GeometryFixer.Fix(pixels);
    }

    private static void EnsureFewCrossings(Geometry pixels, ImageLocator locator)
    {
        if (!SegmentCrossings.AreFew(pixels))
            throw new ImageException(ImageErrorKind.InvalidRegionOfInterest, locator.Path, "the region of interest's lines cross each other tens of thousands of times in the image: simplify it");
    }

    private sealed class ToPixelFilter(ImageLocator locator, Geometry written, double turn) : ICoordinateSequenceFilter
    {
        public bool Done => false;

        public bool GeometryChanged => true;

        public void Filter(CoordinateSequence sequence, int index)
        {
            double longitude = sequence.GetX(index), latitude = sequence.GetY(index);
            if (!locator.TryToPixel(longitude, latitude, out var x, out var y))
            {
                // Where edges were cut, the point is nobody's: the user knows the nearest one that was written.
                var known = Nearest(longitude - turn, latitude);
                throw new ImageException(ImageErrorKind.InvalidRegionOfInterest, locator.Path,
                    FormattableString.Invariant($"the region of interest has no place in the image near its point {known.X} {known.Y}: move that closer to the image"));
            }

            sequence.SetX(index, x);
            sequence.SetY(index, y);
        }

        private Coordinate Nearest(double longitude, double latitude)
        {
            var place = new Coordinate(longitude, latitude);
            return written.Coordinates.MinBy(point => point.Distance(place))!;
        }
    }
}
