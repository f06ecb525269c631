using System.Diagnostics;
using System.Globalization;
using Swath.Contracts;
using Swath.Endpoints;
using Swath.Worker.Distillation;

namespace Swath.Bench.Distillation;

/// <summary>
/// <c>bench distillation</c>: how long it takes to make one set of what 1600 overlapping tiles saw. Tenfold the features must take about ten
/// times as long: the cost is linear.
/// </summary>
internal static class DistillationBench
{
    private const int TilesAcross = 40;
    private const int TileSize = 1024;
    private const int Overlap = 300;

    public static int Run(string[] args)
    {
        if (args is not [] and not ["--quick"])
        {
            Console.Error.WriteLine("usage: bench distillation [--quick]");
            return 2;
        }

        int[] counts = args.Length > 0 ? [10_000, 100_000] : [10_000, 100_000, 1_000_000];
        var layout = Layout();
        Console.WriteLine($"{TilesAcross * TilesAcross} tiles of {TileSize} px, {Overlap} px shared; 4 classes, boxes of 8..44 px; one thread");
        Console.WriteLine($"{"features",9}  {"step",-17} {"seconds",8} {"us/feature",11} {"left out",9}");
        foreach (var (name, step) in Steps())
        {
            Distiller.Distil(Features(layout, counts[0]), layout, [step]);
            foreach (var count in counts)
            {
                var features = Features(layout, count);
                var clock = Stopwatch.StartNew();
                var result = Distiller.Distil(features, layout, [step]);
                var seconds = clock.Elapsed.TotalSeconds;
                Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                    $"{count,9}  {name,-17} {seconds,8:0.00} {1e6 * seconds / count,11:0.00} {result.Duplicates + result.BelowThreshold,9}"));
            }
        }

        return 0;
    }

    private static IEnumerable<(string Name, PostProcessingStep Step)> Steps()
    {
        var step = PostProcessingStep.Default with { IouThreshold = 0.3 };
        yield return ("NMS", step);
        yield return ("soft NMS gaussian", step with { Algorithm = DistillationAlgorithm.SoftNms });
        yield return ("soft NMS linear", step with { Algorithm = DistillationAlgorithm.SoftNms, Penalty = SoftNmsPenalty.Linear });
    }

    private static TileLayout Layout()
    {
        var windows = new List<PixelWindow>();
        for (var tile = 0; tile < TilesAcross * TilesAcross; tile++)
            windows.Add(new PixelWindow(tile % TilesAcross * (TileSize - Overlap), tile / TilesAcross * (TileSize - Overlap), TileSize, TileSize));
        return new TileLayout(windows);
    }

    private static DistillationCandidate[] Features(TileLayout layout, int count)
    {
        var random = new Random(7);
        var features = new DistillationCandidate[count];
        for (var i = 0; i < count; i++)
        {
            var tile = random.Next(layout.Windows.Count);
            var (x, y) = (layout[tile].X + (random.NextDouble() * 980), layout[tile].Y + (random.NextDouble() * 980));
            var box = new PixelBounds(x, y, x + 8 + (random.NextDouble() * 36), y + 8 + (random.NextDouble() * 36));
            features[i] = new DistillationCandidate(box, random.NextDouble(), random.Next(4), tile, i);
        }

        return features;
    }
}
