namespace Swath.Host.Demo.Scene;

/// <summary>A filled polygon of the scene.</summary>
internal sealed class SceneShape
{
    /// <param name="points">x, y pairs; closed by itself.</param>
    /// <param name="color">Its colour.</param>
    /// <param name="grain">How rough it looks: the texture's amplitude in gray levels.</param>
    /// <param name="opacity">0..1.</param>
    public SceneShape(double[] points, SceneColor color, int grain = 0, double opacity = 1)
    {
        Points = points;
        Color = color;
        Grain = grain;
        Opacity = opacity;
        double minX = double.MaxValue, minY = double.MaxValue, maxX = double.MinValue, maxY = double.MinValue;
        for (var i = 0; i < points.Length; i += 2)
        {
            minX = Math.Min(minX, points[i]);
            maxX = Math.Max(maxX, points[i]);
            minY = Math.Min(minY, points[i + 1]);
            maxY = Math.Max(maxY, points[i + 1]);
        }

        (Left, Top, Right, Bottom) = ((int)Math.Floor(minX), (int)Math.Floor(minY), (int)Math.Ceiling(maxX), (int)Math.Ceiling(maxY));
    }

    public double[] Points { get; }

    public SceneColor Color { get; }

    public int Grain { get; }

    public double Opacity { get; }

    public int Left { get; }

    public int Top { get; }

    public int Right { get; }

    public int Bottom { get; }

    public static SceneShape Circle(double x, double y, double radius, SceneColor color, int grain = 0, double opacity = 1)
    {
        const int corners = 28;
        var points = new double[corners * 2];
        for (var i = 0; i < corners; i++)
        {
            var (sin, cos) = Math.SinCos(Math.Tau * i / corners);
            (points[2 * i], points[(2 * i) + 1]) = (x + (radius * cos), y + (radius * sin));
        }

        return new SceneShape(points, color, grain, opacity);
    }
}
