using Swath.Contracts;
using Swath.Endpoints;

namespace Swath.Worker.Distillation;

/// <summary>Arithmetic of boxes in image pixels.</summary>
internal static class Boxes
{
    public static double Area(in PixelBounds box) => box.Width * box.Height;

    /// <summary>The shared area, 0 when the boxes don't meet.</summary>
    public static double SharedArea(in PixelBounds a, in PixelBounds b)
    {
        var width = Math.Min(a.MaxX, b.MaxX) - Math.Max(a.MinX, b.MinX);
        var height = Math.Min(a.MaxY, b.MaxY) - Math.Max(a.MinY, b.MinY);
        return width > 0 && height > 0 ? width * height : 0;
    }

    /// <summary>Intersection over union, 0..1. Boxes without an area (points, level lines) are the same (1) or are not (0).</summary>
    public static double IntersectionOverUnion(in PixelBounds a, in PixelBounds b)
    {
        var shared = SharedArea(a, b);
        if (shared > 0)
            return shared / (Area(a) + Area(b) - shared);
        return a == b ? 1 : 0;
    }

    /// <summary>Whether a box has a point in a window, its edges included.</summary>
    public static bool Touches(in PixelBounds box, in PixelWindow window) =>
        box.MinX <= window.Right && box.MaxX >= window.X && box.MinY <= window.Bottom && box.MaxY >= window.Y;

    /// <summary>The part of a box that lies in both windows.</summary>
    public static PixelBounds Clip(in PixelBounds box, PixelWindow a, PixelWindow b) => new(
        Math.Max(box.MinX, Math.Max(a.X, b.X)),
        Math.Max(box.MinY, Math.Max(a.Y, b.Y)),
        Math.Min(box.MaxX, Math.Min(a.Right, b.Right)),
        Math.Min(box.MaxY, Math.Min(a.Bottom, b.Bottom)));

    /// <summary>The part of a box that lies in a window; of a box outside, the nearest point or line of the window's edge.</summary>
    public static PixelBounds Clamp(in PixelBounds box, PixelWindow window) => new(
        Math.Clamp(box.MinX, window.X, window.Right),
        Math.Clamp(box.MinY, window.Y, window.Bottom),
        Math.Clamp(box.MaxX, window.X, window.Right),
        Math.Clamp(box.MaxY, window.Y, window.Bottom));

    /// <summary>The box with a margin around it.</summary>
    public static PixelBounds Grow(in PixelBounds box, double margin) => new(box.MinX - margin, box.MinY - margin, box.MaxX + margin, box.MaxY + margin);

    /// <summary>A total order of boxes: by left, top, right, bottom.</summary>
    public static int Compare(in PixelBounds a, in PixelBounds b)
    {
        var order = a.MinX.CompareTo(b.MinX);
        if (order == 0)
            order = a.MinY.CompareTo(b.MinY);
        if (order == 0)
            order = a.MaxX.CompareTo(b.MaxX);
        return order == 0 ? a.MaxY.CompareTo(b.MaxY) : order;
    }
}
