using System.Globalization;
using System.Runtime.InteropServices;
using Swath.Contracts;
using Swath.Imaging;
using Swath.Worker;

namespace Swath.Bench.Tiles;

/// <summary>
/// <c>bench tiles</c>: tiles per second of the whole region loop against a trivial endpoint in another process, beside its parts alone in the
/// same run: RasterIO, cutting (RasterIO and encoding), HTTP, and copying the payload. Then how busy it keeps a slow model, and what memory a huge image takes.
/// Checkpoints are not kept.
/// </summary>
internal static class TilesBench
{
    /// <summary>Measures and prints.</summary>
    /// <returns>The exit code: 0, 1 when the job of a huge image did not end well, 2 when an argument can't be understood.</returns>
    public static async Task<int> RunAsync(string[] args)
    {
        if (TilesSettings.TryRead(args) is not { } settings)
        {
            await Console.Error.WriteLineAsync($"usage: bench tiles {TilesSettings.Usage}");
            return 2;
        }

        var folder = Directory.CreateTempSubdirectory("swath-bench-tiles-");
        try
        {
            await using var model = await TrivialEndpoint.StartAsync();
            await using var loop = new RegionLoop();
            if (settings.HugeRuns is not null)
                return await HugeJob.PrintAsync(folder.FullName, model.Url, settings) ? 0 : 1;
            PrintMachine(settings);
            var scene = settings.Image;
            if (scene is null)
            {
                scene = Path.Combine(folder.FullName, "scene.tif");
                BenchScene.Write(scene, settings.Scene);
            }

            await MeasureAsync(settings, scene, model, loop);
            if (settings.Image is null && TilesSettings.Aerial is { } aerial)
                await MeasureAsync(settings, aerial, model, loop);
            await BusyModel.PrintAsync(loop, scene, model.Url, settings.IsQuick);
            return await HugeJob.PrintAsync(folder.FullName, model.Url, settings) ? 0 : 1;
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static async Task MeasureAsync(TilesSettings settings, string image, TrivialEndpoint model, RegionLoop loop)
    {
        using (var file = ImageFile.Open(image, ImagingLimits.Default))
            Console.WriteLine($"image: {Path.GetFileName(image)}, {file.Header.Driver} {file.Header.Width}x{file.Header.Height}, {file.Header.Bands} x {file.Header.SampleType}");
        foreach (var size in settings.TileSizes)
            await CompareAsync(settings, image, size, model, loop);
    }

    private static async Task CompareAsync(TilesSettings settings, string image, int size, TrivialEndpoint model, RegionLoop loop)
    {
        PixelWindow area;
        bool comparable;
        using (var file = ImageFile.Open(image, ImagingLimits.Default))
            (area, comparable) = (file.Bounds, file.Header is { Bands: 3, SampleType: "Byte", Driver: "GTiff" });
        var tiles = TileGrid.Cover(area, size, 50);
        var reading = await TileRate.MeasureAsync(settings.Repetitions, () => TileLimits.ReadAsync(image, tiles));
        Print(size, "", 0, "RasterIO alone", reading);

        var endpoint = new ModelEndpoint { Name = model.Url };
        var client = loop.Client(endpoint);
        foreach (var format in settings.Formats)
        {
            using var cutter = new TileCutter(image, ImagingLimits.Default, format, TileCompression.None);
            using var tile = cutter.Cut(tiles[tiles.Count / 2]);
            var cutting = await TileRate.MeasureAsync(settings.Repetitions, () => TileLimits.CutAsync(image, tiles, format));
            Print(size, Name(format), 0, "cut alone", cutting);
            Print(size, Name(format), 0, "memcpy alone", await TileRate.MeasureAsync(settings.Repetitions, () => TileLimits.CopyAsync(tile, 1000)));
            foreach (var workers in settings.Workers)
            {
                var posting = await TileRate.MeasureAsync(settings.Repetitions, () => TileLimits.PostAsync(client, tile, 200, workers));
                Print(size, Name(format), workers, "HTTP alone", posting);
                var options = new TileOptions { Size = size, Overlap = 50, Format = format };
                var whole = await TileRate.MeasureAsync(settings.Repetitions, () => loop.RunAsync(image, area, options, endpoint, workers));
                var limit = Math.Min(Math.Min(reading.TilesPerSecond, posting.TilesPerSecond), cutting.TilesPerSecond);
                // The reference was measured with three bands of bytes.
                var reference = comparable ? Reference.TilesPerSecond(format, size, workers) : null;
                Print(size, Name(format), workers, "region loop", whole, limit / whole.TilesPerSecond, whole.TilesPerSecond / reference);
            }
        }
    }

    private static string Name(TileFormat format) => format.ToString().ToUpperInvariant();

    private static void PrintMachine(TilesSettings settings)
    {
        Console.WriteLine($"machine: {RuntimeInformation.OSDescription}, {RuntimeInformation.OSArchitecture}, {Environment.ProcessorCount} cores, {RuntimeInformation.FrameworkDescription}, GDAL {GdalRuntime.Version}");
        Console.WriteLine($"overlap 50; medians of {settings.Repetitions}; {new WorkerOptions().ReadAhead} tiles read ahead; the endpoint is another process on the same cores");
        Console.WriteLine("limit / loop: the slowest of RasterIO, cutting and HTTP alone, in tiles/s, by the loop's. x reference: osml-model-runner 3.0.0rc1 on 2 cores, not measured in this run");
        Console.WriteLine($"{"tile",6} {"format",-6} {"at once",7}  {"what",-16} {"tiles/s",9} {"CPU-ms/tile",12} {"limit / loop",13} {"x reference",12}");
    }

    private static void Print(int size, string format, int workers, string what, TileRate rate, double? limit = null, double? reference = null) =>
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{size,6} {format,-6} {(workers == 0 ? "" : workers),7}  {what,-16} {rate.TilesPerSecond,9:0.0} {rate.CpuMillisecondsPerTile,12:0.00} {limit,13:0.00} {reference,12:0.0}"));
}
