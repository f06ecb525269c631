using NetTopologySuite.Geometries;
using NetTopologySuite.Geometries.Utilities;
using NetTopologySuite.Operation.Overlay;
using NetTopologySuite.Operation.OverlayNG;
using Swath.Contracts;
using Swath.Endpoints;

namespace Swath.Worker.Features;

/// <summary>What a model sees behind the image's edge is a guess: a feature ends where the image does.</summary>
internal static class ImageEdge
{
    private static readonly GeometryFactory Factory = new();

    /// <summary>The part of a geometry that lies in the image, in pixels of the whole image. A geometry inside comes back as it is.</summary>
    public static PixelGeometry Clip(PixelGeometry geometry, ImageHeader image)
    {
        var bounds = geometry.Bounds;
        if (bounds.MinX >= 0 && bounds.MinY >= 0 && bounds.MaxX <= image.Width && bounds.MaxY <= image.Height)
            return geometry;
        var shape = PixelShapes.ToGeometry(geometry);
        if (!shape.IsValid)
            shape = GeometryFixer.Fix(shape);
        var inside = OverlayNGRobust.Overlay(shape, Factory.ToGeometry(new Envelope(0, image.Width, 0, image.Height)), SpatialFunction.Intersection);
        return PixelShapes.FromGeometry(inside) ?? Clamp(geometry, image);
    }

    /// <summary>The part of a box that lies in the image; of a box outside, the nearest point or line of the edge.</summary>
    public static PixelBounds Clip(in PixelBounds box, ImageHeader image) => new(
        Math.Clamp(box.MinX, 0, image.Width),
        Math.Clamp(box.MinY, 0, image.Height),
        Math.Clamp(box.MaxX, 0, image.Width),
        Math.Clamp(box.MaxY, 0, image.Height));

    // Its box meets the image, the shape itself does not.
    private static PixelGeometry Clamp(PixelGeometry geometry, ImageHeader image)
    {
        var positions = geometry.Coordinates.ToArray();
        for (var i = 0; i < positions.Length; i += 2)
        {
            positions[i] = Math.Clamp(positions[i], 0, image.Width);
            positions[i + 1] = Math.Clamp(positions[i + 1], 0, image.Height);
        }

        return new PixelGeometry(geometry.Type, positions, [.. geometry.LineEnds], [.. geometry.PartEnds]);
    }
}
