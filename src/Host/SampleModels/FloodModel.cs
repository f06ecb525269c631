using Swath.Imaging;

namespace Swath.Host.SampleModels;

/// <summary>Boxes on an even grid over the whole tile, of five classes with different scores: the same for every tile of a size.</summary>
internal static class FloodModel
{
    private static readonly string[] Classes = ["flood-0", "flood-1", "flood-2", "flood-3", "flood-4"];

    public static void Answer(RasterBuffer tile, int count, ModelAnswer answer)
    {
        var across = (int)Math.Ceiling(Math.Sqrt(count));
        double stepX = (double)tile.Width / Math.Max(1, across), stepY = (double)tile.Height / Math.Max(1, across);
        for (var i = 0; i < count; i++)
        {
            double x = i % across * stepX, y = i / across * stepY;
            var (right, bottom) = (x + (stepX * 0.6), y + (stepY * 0.6));
            answer.AddPolygon([x, y, x, bottom, right, bottom, right, y], Classes[i % Classes.Length], 0.5 + (i % 50 / 100.0));
        }
    }
}
