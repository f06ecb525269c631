using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using Swath.Contracts;
using Swath.Imaging;

namespace Swath.Bench.Tiles;

/// <summary>
/// All regions of an image of 60 000 x 60 000 pixels, two at once as a worker has them, in a process of its own: how much memory it takes at its peak.
/// </summary>
internal static class HugeJob
{
    public const string Verb = "huge-job";

    private const int Pixels = 60_000;
    private const int RegionSize = 10_240;
    private const int Slots = 2;
    private const int MostMegabytes = 512;

    /// <summary>Starts the process and prints what it found.</summary>
    public static async Task PrintAsync(string folder, string url, bool quick)
    {
        var image = Path.Combine(folder, "huge.tif");
        SparseScene.Write(image, Pixels);
        foreach (var format in quick ? new[] { TileFormat.Gtiff } : [TileFormat.Gtiff, TileFormat.Png, TileFormat.Nitf])
        {
            var start = new ProcessStartInfo(Environment.ProcessPath!) { RedirectStandardOutput = true };
            if (Path.GetFileNameWithoutExtension(Environment.ProcessPath) == "dotnet")
                start.ArgumentList.Add(typeof(HugeJob).Assembly.Location);
            foreach (var argument in new[] { Verb, image, url, format.ToString() })
                start.ArgumentList.Add(argument);
            using var process = Process.Start(start)!;
            Console.Write(await process.StandardOutput.ReadToEndAsync());
            await process.WaitForExitAsync();
        }
    }

    /// <summary>Is that process.</summary>
    public static async Task<int> RunAsync(string image, string url, TileFormat format)
    {
        using var self = Process.GetCurrentProcess();
        await using var loop = new RegionLoop();
        var scene = new PixelWindow(0, 0, Pixels, Pixels);
        var regions = new ConcurrentQueue<PixelWindow>(TileGrid.Regions(scene, 1024, 50, RegionSize));
        var tiles = 0;
        var clock = Stopwatch.StartNew();
        await Task.WhenAll(Enumerable.Range(0, Slots).Select(_ => Task.Run(async () =>
        {
            while (regions.TryDequeue(out var region))
                Interlocked.Add(ref tiles, await loop.RunAsync(image, region, new TileOptions { Format = format }, new ModelEndpoint { Name = url }, workers: 4, grid: scene));
        })));
        self.Refresh();
        var peak = self.PeakWorkingSet64 >> 20;
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"  1024 {format.ToString().ToUpperInvariant(),-6} {Slots}x4      a job of {Pixels} x {Pixels} (sparse): {tiles} tiles, {tiles / clock.Elapsed.TotalSeconds:0.0} tiles/s, peak memory {peak} MiB (limit {MostMegabytes})"));
        return peak < MostMegabytes ? 0 : 1;
    }
}
