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

    private readonly IPreparedGeometry _prepared;

    private RegionOfInterest(Geometry geometry, PixelWindow bounds)
    {
        Geometry = geometry;
        Bounds = bounds;
        _prepared = PreparedGeometryFactory.Prepare(geometry);
    }

    /// <summary>The region in pixels, clipped to the image; y grows downwards.</summary>
    public Geometry Geometry { get; }

    /// <summary>The smallest window around it; inside the image, at least one pixel.</summary>
    public PixelWindow Bounds { get; }

    /// <summary>Projects a region into an image.</summary>
    /// <param name="wkt">Any WKT geometry in WGS 84: longitude latitude, in degrees.</param>
    /// <param name="image">A georeferenced image.</param>
    /// <exception cref="ImageException"><see cref="ImageErrorKind.InvalidRegionOfInterest"/>: bad WKT, outside the image, or an image without georeferencing.</exception>
    public static RegionOfInterest FromWkt(string wkt, ImageFile image)
    {
        ArgumentNullException.ThrowIfNull(image);
        using var locator = ImageLocator.For(image) ?? throw Invalid(image.Path,
            "the image has no georeferencing, so a region on the ground can't be found in it: leave the region of interest out");
        return FromWkt(wkt, locator);
    }

    /// <summary>Projects a region into the locator's image.</summary>
    /// <inheritdoc cref="FromWkt(string, ImageFile)"/>
    public static RegionOfInterest FromWkt(string wkt, ImageLocator locator)
    {
        ArgumentNullException.ThrowIfNull(locator);
        var ground = Parse(wkt, locator.Path);
        var image = Pixels.ToGeometry(new Envelope(0, locator.Bounds.Width, 0, locator.Bounds.Height));
        var clipped = Valid(Valid(GroundProjection.ToPixels(ground, locator)).Intersection(image));
        if (clipped.IsEmpty)
            throw Invalid(locator.Path, "the region of interest lies outside the image: check that its coordinates are longitude latitude");
        return new RegionOfInterest(clipped, BoundsOf(clipped.EnvelopeInternal, locator.Bounds));
    }

    /// <summary>True when the window and the region share a point.</summary>
    public bool Touches(PixelWindow window) =>
        Touches(Pixels.ToGeometry(new Envelope(window.X, window.Right, window.Y, window.Bottom)));

    /// <summary>True when a geometry in image pixels and the region share a point.</summary>
    public bool Touches(Geometry pixels) => _prepared.Intersects(pixels);

    internal static Geometry Parse(string wkt, string path)
    {
        if (string.IsNullOrWhiteSpace(wkt))
            throw Invalid(path, "the region of interest is empty: write WKT, such as POLYGON ((10 50, 11 50, 11 51, 10 50))");
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
        if (!Array.TrueForAll(geometry.Coordinates, point => Math.Abs(point.X) <= 360 && Math.Abs(point.Y) <= 90))
            throw Invalid(path, "the region of interest must be longitude (-180..180) latitude (-90..90), in degrees");
        return Valid(geometry);
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
