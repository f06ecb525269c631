namespace Swath.Host.Demo;

/// <summary>An upright box in pixels of the image.</summary>
internal readonly record struct PixelBox(double Left, double Top, double Right, double Bottom)
{
    public double Area => (Right - Left) * (Bottom - Top);

    public static PixelBox Around(ReadOnlySpan<double> positions)
    {
        double left = double.MaxValue, top = double.MaxValue, right = double.MinValue, bottom = double.MinValue;
        for (var i = 0; i + 1 < positions.Length; i += 2)
        {
            (left, right) = (Math.Min(left, positions[i]), Math.Max(right, positions[i]));
            (top, bottom) = (Math.Min(top, positions[i + 1]), Math.Max(bottom, positions[i + 1]));
        }

        return new PixelBox(left, top, right, bottom);
    }

    /// <summary>Shared area over joint area, 0..1.</summary>
    public double OverlapWith(PixelBox other)
    {
        var width = Math.Min(Right, other.Right) - Math.Max(Left, other.Left);
        var height = Math.Min(Bottom, other.Bottom) - Math.Max(Top, other.Top);
        if (width <= 0 || height <= 0)
            return 0;
        return width * height / (Area + other.Area - (width * height));
    }
}
