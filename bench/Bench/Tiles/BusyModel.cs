using System.Diagnostics;
using System.Globalization;
using Swath.Contracts;
using Swath.Imaging;

namespace Swath.Bench.Tiles;

/// <summary>
/// A model that takes 100 ms a tile and ten tiles at once could do 100 tiles a second. How many of them does it get? Whatever a slot waits for its next
/// tile is lost, the way of the tile included.
/// </summary>
internal static class BusyModel
{
    private const int Milliseconds = 100;
    private const int Slots = 10;

    public static async Task PrintAsync(RegionLoop loop, string image, string url, bool quick)
    {
        PixelWindow area;
        using (var file = ImageFile.Open(image, ImagingLimits.Default))
            area = file.Bounds;
        var endpoint = new ModelEndpoint { Name = $"{url}?delay={Milliseconds}" };
        // Few tiles say little: the slots that the last ones leave empty count as idle.
        (int Size, TileFormat Format)[] tileKinds = quick ? [(512, TileFormat.Gtiff)] : [(512, TileFormat.Gtiff), (1024, TileFormat.Jpeg), (1024, TileFormat.Gtiff)];
        foreach (var (size, format) in tileKinds)
        {
            var clock = Stopwatch.StartNew();
            var tiles = await loop.RunAsync(image, area, new TileOptions { Size = size, Overlap = 50, Format = format }, endpoint, Slots);
            var rate = tiles / clock.Elapsed.TotalSeconds;
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"{size,6} {format.ToString().ToUpperInvariant(),-6} {Slots,7}  a model of {Milliseconds} ms with {Slots} slots: {rate:0.0} of {1000.0 / Milliseconds * Slots:0} tiles/s, {100 * rate * Milliseconds / 1000 / Slots:0.0} % busy"));
        }
    }
}
