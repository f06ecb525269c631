using System.Diagnostics;

namespace Swath.Bench.Tiles;

/// <summary>How fast tiles went, and what one cost this process.</summary>
internal readonly record struct TileRate(double TilesPerSecond, double CpuMillisecondsPerTile)
{
    /// <summary>The median of several runs, after one that is not counted.</summary>
    /// <param name="repetitions">How many runs count.</param>
    /// <param name="run">One run; returns how many tiles it went through.</param>
    public static async Task<TileRate> MeasureAsync(int repetitions, Func<Task<int>> run)
    {
        await run();
        var rates = new List<TileRate>();
        for (var repetition = 0; repetition < repetitions; repetition++)
        {
            var cpu = Environment.CpuUsage.TotalTime;
            var clock = Stopwatch.StartNew();
            var tiles = await run();
            var seconds = clock.Elapsed.TotalSeconds;
            rates.Add(new TileRate(tiles / seconds, (Environment.CpuUsage.TotalTime - cpu).TotalMilliseconds / tiles));
        }

        return new TileRate(Median(rates.Select(r => r.TilesPerSecond)), Median(rates.Select(r => r.CpuMillisecondsPerTile)));
    }

    private static double Median(IEnumerable<double> values)
    {
        var sorted = values.Order().ToList();
        return (sorted[(sorted.Count - 1) / 2] + sorted[sorted.Count / 2]) / 2;
    }
}
