using System.Globalization;
using System.Runtime.InteropServices;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Swath.Contracts;
using Swath.Endpoints;
using Swath.Imaging;
using Swath.Worker;
using Swath.Worker.Regions;

namespace Swath.Bench.Tiles;

/// <summary>
/// <c>bench tiles</c>: tiles per second of the whole region loop against a trivial endpoint in another process, beside its parts alone in the
/// same run: RasterIO, cutting (RasterIO and encoding), HTTP, and copying the payload. Checkpoints are not kept.
/// </summary>
internal static class TilesBench
{
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
            var image = settings.Image ?? Path.Combine(folder.FullName, "scene.tif");
            if (settings.Image is null)
                BenchScene.Write(image, settings.Scene);
            await using var model = await TrivialEndpoint.StartAsync();
            await using var services = new ServiceCollection().AddLogging().AddSwathEndpoints().AddSwathImaging().BuildServiceProvider();
            PrintSettings(settings, image);
            foreach (var size in settings.TileSizes)
                await CompareAsync(settings, image, size, model, services);
            return 0;
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static async Task CompareAsync(TilesSettings settings, string image, int size, TrivialEndpoint model, ServiceProvider services)
    {
        ImageHeader header;
        using (var file = ImageFile.Open(image, ImagingLimits.Default))
            header = file.Header;
        var area = new PixelWindow(0, 0, header.Width, header.Height);
        var tiles = TileGrid.Cover(area, size, 50);
        var reading = await TileRate.MeasureAsync(settings.Repetitions, () => TileLimits.ReadAsync(image, tiles));
        Print(size, "", 0, "RasterIO alone", reading, null);

        var endpoint = new ModelEndpoint { Name = model.Url };
        var client = services.GetRequiredService<IModelEndpointFactory>().Create(endpoint, null);
        foreach (var format in settings.Formats)
        {
            using var cutter = new TileCutter(image, ImagingLimits.Default, format, TileCompression.None);
            using var tile = cutter.Cut(tiles[tiles.Count / 2]);
            var cutting = await TileRate.MeasureAsync(settings.Repetitions, () => TileLimits.CutAsync(image, tiles, format));
            Print(size, Name(format), 0, "cut alone", cutting, null);
            Print(size, Name(format), 0, "memcpy alone", await TileRate.MeasureAsync(settings.Repetitions, () => TileLimits.CopyAsync(tile, 1000)), null);
            foreach (var workers in settings.Workers)
            {
                var posting = await TileRate.MeasureAsync(settings.Repetitions, () => TileLimits.PostAsync(client, tile, 200, workers));
                Print(size, Name(format), workers, "HTTP alone", posting, null);
                var loop = await TileRate.MeasureAsync(settings.Repetitions, () => ProcessAsync(services, image, area, size, format, endpoint, workers));
                var limit = Math.Min(Math.Min(reading.TilesPerSecond, posting.TilesPerSecond), cutting.TilesPerSecond);
                Print(size, Name(format), workers, "region loop", loop, limit / loop.TilesPerSecond);
            }
        }
    }

    private static async Task<int> ProcessAsync(
        ServiceProvider services, string image, PixelWindow area, int size, TileFormat format, ModelEndpoint endpoint, int workers)
    {
        var processor = new RegionProcessor(
            services.GetRequiredService<IModelEndpointFactory>(), new UnkeptCheckpoints(), services.GetRequiredService<ImageAccess>(),
            services.GetRequiredService<IOptionsMonitor<WorkerOptions>>(), TimeProvider.System, NullLogger<RegionProcessor>.Instance);
        var work = new ProcessRegion
        {
            JobId = Guid.NewGuid(),
            Region = new ImageRegion(0, area, 1),
            WorkerId = "bench",
            Attempt = 1,
            ImageUrl = image,
            Endpoint = endpoint,
            Tile = new TileOptions { Size = size, Overlap = 50, Format = format },
            TileWorkers = workers,
        };
        return await processor.ProcessAsync(work, default, default) is RegionOutcome.Completed { FailedTiles.Count: 0 } completed
            ? completed.TilesDone
            : throw new InvalidOperationException("Tiles failed: what was measured says nothing.");
    }

    private static string Name(TileFormat format) => format.ToString().ToUpperInvariant();

    private static void PrintSettings(TilesSettings settings, string image)
    {
        using var file = ImageFile.Open(image, ImagingLimits.Default);
        var header = file.Header;
        Console.WriteLine($"machine: {RuntimeInformation.OSDescription}, {RuntimeInformation.OSArchitecture}, {Environment.ProcessorCount} cores, {RuntimeInformation.FrameworkDescription}, {GdalRuntime.Version}");
        Console.WriteLine($"image: {(settings.Image is null ? "made" : image)}, {header.Driver} {header.Width}x{header.Height}, {header.Bands} x {header.SampleType}; overlap 50; medians of {settings.Repetitions}; {new WorkerOptions().ReadAhead} tiles read ahead; the endpoint is another process on the same cores");
        Console.WriteLine($"{"tile",6} {"format",-6} {"at once",7}  {"what",-16} {"tiles/s",9} {"CPU-ms/tile",12}  slowest part / loop");
    }

    private static void Print(int size, string format, int workers, string what, TileRate rate, double? slowest) =>
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{size,6} {format,-6} {(workers == 0 ? "" : workers),7}  {what,-16} {rate.TilesPerSecond,9:0.0} {rate.CpuMillisecondsPerTile,12:0.00}  {(slowest is null ? "" : $"{slowest:0.00}x")}"));
}
