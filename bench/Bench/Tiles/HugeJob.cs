using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using Swath.Contracts;
using Swath.Imaging;

namespace Swath.Bench.Tiles;

/// <summary>
/// All regions of a huge image, two at once as a worker has them, in a process of its own: how much memory it takes at its peak. However that
/// process ends, there is a line of it.
/// </summary>
internal static class HugeJob
{
    public const string Verb = "huge-job";

    private const int RegionSize = 10_240;
    private const int Slots = 2;
    private const int MostMegabytes = 512;

    // An exit code above this is a signal's number behind it, as a shell has it.
    private const int Signal = 128;

    /// <summary>Starts the process, once for each format and run, and prints what it found.</summary>
    /// <returns>Whether every one ended well.</returns>
    public static async Task<bool> PrintAsync(string folder, string url, TilesSettings settings)
    {
        var image = Path.Combine(folder, "huge.tif");
        SparseScene.Write(image, settings.Huge);
        var sound = true;
        foreach (var format in settings.HugeFormats)
        {
            for (var run = 0; run < (settings.HugeRuns ?? 1); run++)
                sound &= await PrintAsync(image, url, format, settings.Huge);
        }

        return sound;
    }

    /// <summary>Is that process.</summary>
    public static async Task<int> RunAsync(string image, string url, TileFormat format, int pixels)
    {
        using var self = Process.GetCurrentProcess();
        await using var loop = new RegionLoop();
        var scene = new PixelWindow(0, 0, pixels, pixels);
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
            $"{Heading(format, pixels)}: {tiles} tiles, {tiles / clock.Elapsed.TotalSeconds:0.0} tiles/s, peak memory {peak} MiB (limit {MostMegabytes})"));
        return peak < MostMegabytes ? 0 : 1;
    }

    private static async Task<bool> PrintAsync(string image, string url, TileFormat format, int pixels)
    {
        var start = new ProcessStartInfo(Environment.ProcessPath!) { RedirectStandardOutput = true, RedirectStandardError = true };
        if (Path.GetFileNameWithoutExtension(Environment.ProcessPath) == "dotnet")
            start.ArgumentList.Add(typeof(HugeJob).Assembly.Location);
        foreach (var argument in new[] { Verb, image, url, format.ToString(), pixels.ToString(CultureInfo.InvariantCulture) })
            start.ArgumentList.Add(argument);
        var clock = Stopwatch.StartNew();
        using var process = Process.Start(start)!;
        var errors = process.StandardError.ReadToEndAsync();
        var line = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        if (line.Length > 0)
        {
            Console.Write(line);
            return process.ExitCode == 0;
        }

        var how = process.ExitCode > Signal ? $"exit code {process.ExitCode}, signal {process.ExitCode - Signal}" : $"exit code {process.ExitCode}";
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{Heading(format, pixels)}: NOT DONE, its process ended after {clock.Elapsed.TotalSeconds:0} s with {how}"));
        Console.Write(await errors);
        return false;
    }

    private static string Heading(TileFormat format, int pixels) =>
        string.Create(CultureInfo.InvariantCulture, $"  1024 {format.ToString().ToUpperInvariant(),-6} {Slots}x4      a job of {pixels} x {pixels} (sparse)");
}
