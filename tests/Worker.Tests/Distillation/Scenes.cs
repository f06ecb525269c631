using Swath.Contracts;
using Swath.Endpoints;
using Swath.Worker.Distillation;

namespace Swath.Worker.Tests.Distillation;

/// <summary>Random but repeatable features over overlapping tiles.</summary>
internal static class Scenes
{
    /// <summary>A grid of square tiles, each sharing pixels with the next.</summary>
    public static TileLayout Grid(int columns, int rows, int size, int overlap)
    {
        var windows = new List<PixelWindow>();
        for (var y = 0; y < rows; y++)
        {
            for (var x = 0; x < columns; x++)
                windows.Add(new PixelWindow(x * (size - overlap), y * (size - overlap), size, size));
        }

        return new TileLayout(windows);
    }

    /// <summary>Objects in the scene, and each tile's view of those that it touches: cut at its borders, moved a little, scored anew.</summary>
    public static List<DistillationCandidate> Observe(TileLayout layout, int objects, double largest, double jitter, int seed)
    {
        var random = new Random(seed);
        var right = layout.Windows.Max(w => w.Right);
        var bottom = layout.Windows.Max(w => w.Bottom);
        var candidates = new List<DistillationCandidate>();
        var counts = new int[layout.Windows.Count];
        for (var i = 0; i < objects; i++)
        {
            var width = 4 + (random.NextDouble() * (largest - 4));
            var height = 4 + (random.NextDouble() * (largest - 4));
            var x = random.NextDouble() * (right - width);
            var y = random.NextDouble() * (bottom - height);
            var @class = random.Next(3);
            for (var tile = 0; tile < layout.Windows.Count; tile++)
            {
                var window = layout.Windows[tile];
                if (x >= window.Right - 2 || x + width <= window.X + 2 || y >= window.Bottom - 2 || y + height <= window.Y + 2)
                    continue;
                double Move() => ((random.NextDouble() * 2) - 1) * jitter;
                var box = Boxes.Clamp(new PixelBounds(x + Move(), y + Move(), x + width + Move(), y + height + Move()), window);
                // Coarse scores, so that ties occur.
                candidates.Add(new DistillationCandidate(box, Math.Round(random.NextDouble(), 1), @class, tile, counts[tile]++));
            }
        }

        return candidates;
    }

    public static DistillationCandidate Box(double minX, double minY, double maxX, double maxY, int tile, double score = 0.5, int @class = 0, int index = 0) =>
        new(new PixelBounds(minX, minY, maxX, maxY), score, @class, tile, index);

    public static List<DistillationCandidate> Kept(IReadOnlyList<DistillationCandidate> candidates, TileLayout layout, params PostProcessingStep[] steps)
    {
        var result = Distiller.Distil(candidates, layout, steps);
        return [.. candidates.Where((_, i) => result.Kept[i])];
    }
}
