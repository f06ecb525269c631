namespace Swath.Endpoints;

/// <summary>A box in pixels; (0, 0) is the outer corner of the top-left pixel. Width and height may be 0 (a point's box).</summary>
public readonly record struct PixelBounds(double MinX, double MinY, double MaxX, double MaxY)
{
    public double Width => MaxX - MinX;

    public double Height => MaxY - MinY;

    public double CenterX => (MinX + MaxX) / 2;

    public double CenterY => (MinY + MaxY) / 2;

    public PixelBounds Translate(double dx, double dy) => new(MinX + dx, MinY + dy, MaxX + dx, MaxY + dy);

    /// <summary>The smallest box around interleaved x, y pairs.</summary>
    public static PixelBounds Around(ReadOnlySpan<double> coordinates)
    {
        double minX = double.PositiveInfinity, minY = double.PositiveInfinity;
        double maxX = double.NegativeInfinity, maxY = double.NegativeInfinity;
        for (var i = 0; i + 1 < coordinates.Length; i += 2)
        {
            minX = Math.Min(minX, coordinates[i]);
            maxX = Math.Max(maxX, coordinates[i]);
            minY = Math.Min(minY, coordinates[i + 1]);
            maxY = Math.Max(maxY, coordinates[i + 1]);
        }

        return new PixelBounds(minX, minY, maxX, maxY);
    }
}
