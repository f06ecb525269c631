using Swath.Contracts;
using Swath.Endpoints;

namespace Swath.Worker.Features;

/// <summary>
/// What a model sees behind the image's edge is a guess: a feature ends where the image does. Cutting costs no more than sorting the positions, whatever
/// the model drew, and repairs nothing: rings that cross themselves in the answer do so in the result.
/// </summary>
internal static class ImageEdge
{
    /// <summary>
    /// The part of a geometry that lies in the image, in pixels of the whole image; null when none does. A geometry inside comes back as it is.
    /// </summary>
    public static PixelGeometry? Clip(PixelGeometry geometry, ImageHeader image)
    {
        var bounds = geometry.Bounds;
        if (bounds.MinX >= 0 && bounds.MinY >= 0 && bounds.MaxX <= image.Width && bounds.MaxY <= image.Height)
            return geometry;
        HalfPlane[] sides = [new(0, 0, Above: true), new(1, 0, Above: true), new(0, image.Width, Above: false), new(1, image.Height, Above: false)];
        return geometry.Type switch
        {
            PixelGeometryType.Point or PixelGeometryType.MultiPoint => PixelParts.OfPoints(PixelParts.Points(geometry).FindAll(point => Array.TrueForAll(sides, side => side.IsInside(point)))),
            PixelGeometryType.LineString or PixelGeometryType.MultiLineString =>
                PixelParts.OfLines(sides.Aggregate(PixelParts.Lines(geometry), (lines, side) => [.. lines.SelectMany(side.CutLine)])),
            _ => PixelParts.OfPolygons(sides.Aggregate(PixelParts.Polygons(geometry), (polygons, side) => [.. polygons.SelectMany(side.Cut)])),
        };
    }

    /// <summary>The part of a box that lies in the image; of a box outside, the nearest point or line of the edge.</summary>
    public static PixelBounds Clip(in PixelBounds box, ImageHeader image) => new(
        Math.Clamp(box.MinX, 0, image.Width),
        Math.Clamp(box.MinY, 0, image.Height),
        Math.Clamp(box.MaxX, 0, image.Width),
        Math.Clamp(box.MaxY, 0, image.Height));
}
