using System.Text.Json;
using Swath.Imaging;

namespace Swath.EndToEnd.Tests;

/// <summary>How many requests a user pays for: each image is covered once, however its regions fall.</summary>
public sealed class TileCountTests
{
    private const int RegionSize = 1024;
    private const int TileSize = 256;
    private const int Overlap = 16;

    [Fact]
    public async Task Run_ImageThatRegionsDoNotDivideEvenly_SendsTheTilesOfTheImageOnce()
    {
        await using var cli = new SwathCli(new Dictionary<string, string> { ["REGION_SIZE"] = $"{RegionSize}" });
        await using var model = await ModelProcess.StartAsync(cli, "--model", "centerpoint");

        Assert.Equal((1, 25), await RunAsync(cli, model, RegionSize + 1));
        Assert.Equal((4, 81), await RunAsync(cli, model, 2 * RegionSize));
    }

    private static async Task<(int Regions, int Tiles)> RunAsync(SwathCli cli, ModelProcess model, int pixels)
    {
        var (image, result, id) = (cli.PathOf($"{pixels}.tif"), cli.PathOf($"{pixels}.geojson"), Guid.NewGuid().ToString());
        using (var writer = GeoTiffWriter.Create(image, new GeoTiffLayout(pixels, pixels, 1, 32618, 500_000, 4_500_000, 0.5)))
        {
            while (writer.RowsInNext > 0)
                writer.WriteBlockRow(new byte[writer.RowsInNext * pixels]);
        }

        var outcome = await cli.RunAsync("run", image, "--endpoint", model.Url, "--tile-size", $"{TileSize}", "--overlap", $"{Overlap}", "--id", id, "-o", result);
        Assert.True(outcome.ExitCode == 0, outcome.ToString());

        var job = JsonDocument.Parse((await cli.RunAsync("job", id, "--json")).Output).RootElement.GetProperty("job");
        var (regions, tiles) = (job.GetProperty("regionsTotal").GetInt32(), job.GetProperty("tilesDone").GetInt32());
        using var file = ImageFile.Open(image, ImagingLimits.Default);
        var centres = TileGrid.Cover(file.Bounds, TileSize, Overlap).Select(tile => (tile.X + (tile.Width / 2.0), tile.Y + (tile.Height / 2.0))).Order().ToList();
        Assert.True(tiles == centres.Count, $"{pixels} x {pixels} pixels: {tiles} tiles in {regions} regions; {centres.Count} cover the image");
        Assert.Equal(centres, ResultFile.Read(result).Features.Select(feature => (feature.X, feature.Y)).Order());
        return (regions, tiles);
    }
}
