using NetTopologySuite.Geometries;
using NetTopologySuite.Geometries.Prepared;
using NetTopologySuite.Geometries.Utilities;
using NetTopologySuite.IO;
using Swath.Contracts;
using Swath.Imaging.Locating;

namespace Swath.Imaging;

/// <summary>The part of an image that a request asks for, in the image's pixels. It never changes and may be shared by threads.</summary>
public sealed class RegionOfInterest
{
    private static readonly GeometryFactory Pixels = new();

    private readonly IPreparedGeometry[] _prepared;

    private readonly PixelWindow _image;

    private RegionOfInterest(Geometry geometry, PixelWindow image)
    {
        Geometry = geometry;
        Bounds = BoundsOf(geometry.EnvelopeInternal, image);
        _image = image;

        // A collection of points, lines and areas can't be prepared as one.
        _prepared = geometry.OgcGeometryType == OgcGeometryType.GeometryCollection
            ? [.. Enumerable.Range(0, geometry.NumGeometries).Select(part => PreparedGeometryFactory.Prepare(geometry.GetGeometryN(part)))]
            : [PreparedGeometryFactory.Prepare(geometry)];
    }

    /// <summary>The region in pixels, clipped to the image; y grows downwards.</summary>
    public Geometry Geometry { get; }

    /// <summary>The smallest window around it; inside the image, at least one pixel.</summary>
    public PixelWindow Bounds { get; }

    /// <summary>Projects a region into an image.</summary>
    /// <param name="wkt">Any WKT geometry in WGS 84: longitude latitude, in degrees.</param>
    /// <param name="image">A georeferenced image.</param>
    /// <param name="limits">How large a region may be; the defaults when absent.</param>
    /// <exception cref="ImageException"><see cref="ImageErrorKind.InvalidRegionOfInterest"/>: bad WKT, outside the image, or an image without georeferencing.</exception>
    public static RegionOfInterest FromWkt(string wkt, ImageFile image, ImagingLimits? limits = null)
    {
        ArgumentNullException.ThrowIfNull(image);
        using var locator = ImageLocator.For(image) ?? throw Invalid(image.Path,
            $"{(image.UnsupportedSensorModel is { } model ? $"sensor model not supported ({model})" : "the image has no georeferencing")}, so a region on the ground can't be found in it: leave the region of interest out");
        return FromWkt(wkt, locator, limits);
    }

    /// <summary>Projects a region into the locator's image.</summary>
    /// <inheritdoc cref="FromWkt(string, ImageFile, ImagingLimits?)"/>
    public static RegionOfInterest FromWkt(string wkt, ImageLocator locator, ImagingLimits? limits = null)
    {
        ArgumentNullException.ThrowIfNull(locator);
        var written = Parse(wkt, locator.Path, limits ?? ImagingLimits.Default);
        if (ShortWay.Of(written, out var edge) is { } meant && !InImage(meant, locator).IsEmpty)
        {
            throw Invalid(locator.Path, FormattableString.Invariant(
                $"the region of interest has an edge of more than 180 degrees, from {edge!.P0.X} {edge.P0.Y} to {edge.P1.X} {edge.P1.Y}, and may mean either side of the earth. To cross the antimeridian, write longitudes beyond 180 ({Beyond(edge.P0.X, edge.P1.X)} for {Math.Min(edge.P0.X, edge.P1.X)}); to run around the earth, put a point between the two"));
        }

        var clipped = InImage(written, locator);
        if (clipped.IsEmpty)
            throw Invalid(locator.Path, "the region of interest lies outside the image: check that its coordinates are longitude latitude");
        return new RegionOfInterest(clipped, locator.Bounds);
    }

    /// <summary>
    /// The window that is cut into tiles: <see cref="Bounds"/>, but as wide and as high as a tile, where the image is. A model can't make much of
    /// the one pixel around a point. Features beside the region are left out by <see cref="Touches(Geometry)"/>.
    /// </summary>
    /// <param name="tileSize">Width and height of a tile in pixels, 1 or more.</param>
    public PixelWindow AtLeast(int tileSize)
    {
        var (x, width) = Grow(Bounds.X, Bounds.Width, tileSize, _image.Width);
        var (y, height) = Grow(Bounds.Y, Bounds.Height, tileSize, _image.Height);
        return new(x, y, width, height);
    }

    /// <summary>True when the window and the region share a point.</summary>
    public bool Touches(PixelWindow window) =>
        Touches(Pixels.ToGeometry(new Envelope(window.X, window.Right, window.Y, window.Bottom)));

    /// <summary>True when a geometry in image pixels and the region share a point.</summary>
    public bool Touches(Geometry pixels) => Array.Exists(_prepared, part => part.Intersects(pixels));

    private static (int Start, int Length) Grow(int start, int length, int least, int image)
    {
        var grown = Math.Min(Math.Max(length, least), image);
        return (Math.Clamp(start - ((grown - length) / 2), 0, image - grown), grown);
    }

    private static Geometry InImage(Geometry ground, ImageLocator locator)
    {
        if (!SegmentCrossings.AreFew(ground))
            throw Invalid(locator.Path, "the region of interest's lines cross each other tens of thousands of times: draw its outline only");
        var image = Pixels.ToGeometry(new Envelope(0, locator.Bounds.Width, 0, locator.Bounds.Height));
        return Valid(Valid(GroundProjection.ToPixels(Valid(ground), locator)).Intersection(image));
    }

    private static decimal Beyond(double first, double second) => (decimal)Math.Min(first, second) + 360;

    internal static Geometry Parse(string wkt, string path, ImagingLimits limits)
    {
        if (string.IsNullOrWhiteSpace(wkt))
            throw Invalid(path, "the region of interest is empty: write WKT, such as POLYGON ((10 50, 11 50, 11 51, 10 50))");
        CheckSize(WktSize.Of(wkt), path, limits);
        Geometry geometry;
        try
        {
            geometry = new WKTReader().Read(wkt);
        }
        catch (Exception error) when (error is ParseException or ArgumentException or FormatException or InvalidOperationException)
        {
            throw Invalid(path, $"the region of interest is not WKT: {error.Message}", error);
        }

        if (geometry.IsEmpty)
            throw Invalid(path, "the region of interest has no points");
        if (Array.Find(geometry.Coordinates, point => !(Math.Abs(point.X) <= 360 && Math.Abs(point.Y) <= 90)) is { } wrong)
            throw Invalid(path, FormattableString.Invariant($"the region of interest's point {wrong.X} {wrong.Y} is nowhere: write longitude (-180..180) latitude (-90..90), in degrees"));
        return geometry;
    }

    // Before the parser sees it, which calls itself for each level.
    private static void CheckSize(WktSize size, string path, ImagingLimits limits)
    {
        if (size.Problem() is { } problem)
            throw Invalid(path, $"the region of interest {problem.TrimEnd('.')}");
        if (size.Vertices > limits.MaxRegionVertices)
            throw Invalid(path, $"the region of interest has {size.Vertices} positions, more than {limits.MaxRegionVertices} (ROI_MAX_VERTICES): simplify it");
    }

    private static Geometry Valid(Geometry geometry) => geometry.IsValid ? geometry : GeometryFixer.Fix(geometry);

    private static PixelWindow BoundsOf(Envelope envelope, PixelWindow image)
    {
        // A point or a line on the image's far edge still gets the last pixel.
        var left = Math.Clamp((int)Math.Floor(envelope.MinX), 0, image.Width - 1);
        var top = Math.Clamp((int)Math.Floor(envelope.MinY), 0, image.Height - 1);
        var right = Math.Clamp((int)Math.Ceiling(envelope.MaxX), left + 1, image.Width);
        var bottom = Math.Clamp((int)Math.Ceiling(envelope.MaxY), top + 1, image.Height);
        return new(left, top, right - left, bottom - top);
    }

    private static ImageException Invalid(string path, string detail, Exception? inner = null) =>
        new(ImageErrorKind.InvalidRegionOfInterest, path, detail, inner);
}
