using System.Collections.Concurrent;
using Swath.Contracts;
using Swath.Endpoints;
using Swath.Imaging;

namespace Swath.Bench.Tiles;

/// <summary>The parts alone: no worker can be faster than the slowest of them.</summary>
internal static class TileLimits
{
    /// <summary>GDAL's reading of the same windows, one handle per core, into memory that is there.</summary>
    public static async Task<int> ReadAsync(string image, IReadOnlyList<PixelWindow> tiles)
    {
        await Task.WhenAll(TileCutter.Runs(tiles, Environment.ProcessorCount).Select(run => Task.Run(() =>
        {
            using var file = ImageFile.Open(image, ImagingLimits.Default);
            var pixels = new byte[file.BytesOf(run[0])];
            foreach (var window in run)
                file.Read(window, pixels);
        })));
        return tiles.Count;
    }

    /// <summary>Reading and encoding, sent nowhere.</summary>
    public static async Task<int> CutAsync(string image, IReadOnlyList<PixelWindow> tiles, TileFormat format)
    {
        await Task.WhenAll(TileCutter.Runs(tiles, Environment.ProcessorCount).Select(run => Task.Run(() =>
        {
            using var cutter = new TileCutter(image, ImagingLimits.Default, format, TileCompression.None);
            foreach (var window in run)
                cutter.Cut(window).Dispose();
        })));
        return tiles.Count;
    }

    /// <summary>Posting one encoded tile again and again, with its answer read.</summary>
    public static async Task<int> PostAsync(IModelEndpoint endpoint, EncodedTile tile, int times, int workers)
    {
        var left = new ConcurrentBag<int>(Enumerable.Range(0, times));
        await Task.WhenAll(Enumerable.Range(0, workers).Select(async _ =>
        {
            while (left.TryTake(out var _))
                await endpoint.InvokeAsync(new EncodedPayload(tile.Payload, tile.ContentType, tile.Window), CancellationToken.None);
        }));
        return times;
    }

    /// <summary>Copying one encoded tile again and again.</summary>
    public static Task<int> CopyAsync(EncodedTile tile, int times)
    {
        var target = new byte[tile.Payload.Length];
        for (var i = 0; i < times; i++)
            tile.Payload.Span.CopyTo(target);
        return Task.FromResult(times);
    }
}
