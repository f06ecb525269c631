using Swath.Contracts;
using Swath.Imaging;

namespace Swath.Host.Demo;

/// <summary>
/// Shows an answer on its image: the whole on the left at a tenth, two places at full size on the right; found ships
/// green, mistakes red, missed ships yellow.
/// </summary>
internal static class DetectionPicture
{
    private const int Shrink = 10;
    private const int Inset = 494;
    private const int Gap = 12;
    private const int Strip = 250;

    private static readonly (byte R, byte G, byte B) Found = (64, 255, 128);
    private static readonly (byte R, byte G, byte B) Mistake = (255, 64, 64);
    private static readonly (byte R, byte G, byte B) Miss = (255, 224, 32);
    private static readonly (byte R, byte G, byte B) White = (255, 255, 255);

    /// <param name="imagePath">The image that the job read: 10 000 x 10 000, red, green, blue.</param>
    /// <param name="score">The judged answer.</param>
    /// <param name="path">The PNG; replaced when it is there.</param>
    public static void Write(string imagePath, DetectionScore score, string path)
    {
        using var image = ImageFile.Open(imagePath, ImagingLimits.Default);
        var side = image.Header.Width / Shrink;
        var canvas = new Canvas(side + Gap + Inset, (2 * Inset) + Gap);
        canvas.Fill(0, 0, canvas.Width, canvas.Height, White);
        DrawWhole(image, canvas);
        DrawBoxes(canvas, score, 0, 0, new PixelWindow(0, 0, image.Header.Width, image.Header.Height), 1.0 / Shrink, 2, 1);
        for (var i = 0; i < HarbourScene.Views.Count; i++)
        {
            var (x, y) = HarbourScene.Views[i];
            var window = new PixelWindow(x, y, Inset, Inset);
            var (left, top) = (side + Gap, i * (Inset + Gap));
            DrawWindow(image, window, canvas, left, top);
            DrawBoxes(canvas, score, left, top, window, 1, 4, 2);
            canvas.Frame(x / Shrink, y / Shrink, window.Right / Shrink, window.Bottom / Shrink, 2, White);
        }

        canvas.Save(path);
    }

    private static void DrawWhole(ImageFile image, Canvas canvas)
    {
        var width = image.Header.Width;
        var pixels = new byte[width * Strip * 3];
        for (var top = 0; top + Shrink <= image.Header.Height; top += Strip)
        {
            var rows = Math.Min(Strip, image.Header.Height - top);
            image.Read(new PixelWindow(0, top, width, rows), pixels.AsSpan(0, width * rows * 3));
            Parallel.For(0, rows / Shrink, row => DrawRow(pixels, width, rows, row, canvas, top / Shrink));
        }
    }

    private static void DrawRow(byte[] pixels, int width, int rows, int row, Canvas canvas, int top)
    {
        Span<int> sums = stackalloc int[3];
        for (var column = 0; column < width / Shrink; column++)
        {
            for (var band = 0; band < 3; band++)
            {
                sums[band] = 0;
                for (var y = 0; y < Shrink; y++)
                {
                    foreach (var pixel in pixels.AsSpan((((band * rows) + (row * Shrink) + y) * width) + (column * Shrink), Shrink))
                        sums[band] += pixel;
                }
            }

            canvas.Set(column, top + row, (byte)(sums[0] / (Shrink * Shrink)), (byte)(sums[1] / (Shrink * Shrink)), (byte)(sums[2] / (Shrink * Shrink)));
        }
    }

    private static void DrawWindow(ImageFile image, PixelWindow window, Canvas canvas, int left, int top)
    {
        var pixels = new byte[window.Width * window.Height * 3];
        image.Read(window, pixels);
        var band = window.Width * window.Height;
        for (var i = 0; i < band; i++)
            canvas.Set(left + (i % window.Width), top + (i / window.Width), pixels[i], pixels[band + i], pixels[(2 * band) + i]);
    }

    private static void DrawBoxes(
        Canvas canvas, DetectionScore score, int left, int top, PixelWindow window, double scale, double margin, int thickness)
    {
        foreach (var feature in score.Matched)
            Draw(feature.Box, Found);
        foreach (var ship in score.Missed)
            Draw(PixelBox.Around(ship.Outline), Miss);
        foreach (var feature in score.Mistaken)
            Draw(feature.Box, Mistake);

        void Draw(PixelBox box, (byte R, byte G, byte B) color)
        {
            if (box.Left < window.X || box.Top < window.Y || box.Right > window.Right || box.Bottom > window.Bottom)
                return;
            canvas.Frame(
                left + (int)(((box.Left - window.X) * scale) - margin),
                top + (int)(((box.Top - window.Y) * scale) - margin),
                left + (int)Math.Ceiling(((box.Right - window.X) * scale) + margin),
                top + (int)Math.Ceiling(((box.Bottom - window.Y) * scale) + margin),
                thickness,
                color);
        }
    }
}
