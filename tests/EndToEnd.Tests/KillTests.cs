using System.Text.Json;
using Swath.Contracts;
using Swath.Imaging;

namespace Swath.EndToEnd.Tests;

/// <summary>kill -9 of the whole process in the middle of a job, at several moments: the next start finishes it.</summary>
public sealed class KillTests
{
    private const int Tiles = 24;

    [Theory]
    [InlineData("Requested", 0)]
    [InlineData("Running: ", 1)]
    [InlineData("Running: ", 200)]
    public async Task Run_KilledAndStartedAgain_CompletesWithEveryTileOnce(string state, int tilesDone)
    {
        await using var cli = new SwathCli();
        await using var model = await ModelProcess.StartAsync(cli, "--model", "centerpoint");
        var image = WriteImage(cli.PathOf("image.tif"));
        var id = Guid.NewGuid().ToString();
        string[] run = ["run", image, "--endpoint", $"{model.Url}?delay=20", "--tile-size", "128", "--overlap", "16", "--id", id, "-o", cli.PathOf("result.geojson")];

        var killed = cli.Start(run);
        await killed.LineAsync(line => line.StartsWith(state, StringComparison.Ordinal) && TilesIn(line) >= tilesDone);
        await killed.KillAsync();
        Assert.False(File.Exists(cli.PathOf("result.geojson")));
        var outcome = await cli.RunAsync(run);

        Assert.True(outcome.ExitCode == 0, outcome.ToString());
        Assert.Equal(TileCentres(image), ResultFile.Read(cli.PathOf("result.geojson")).Features.Select(feature => (feature.X, feature.Y)).Order());
        await AssertNothingIsLeftAsync(cli, id);
    }

    /// <summary>What one must be able to say of a database when all is done.</summary>
    private static async Task AssertNothingIsLeftAsync(SwathCli cli, string id)
    {
        var verified = await cli.RunAsync("verify");
        Assert.True(verified.ExitCode == 0, verified.ToString());
        var job = JsonDocument.Parse((await cli.RunAsync("job", id, "--json")).Output).RootElement;
        Assert.Equal("Completed", job.GetProperty("job").GetProperty("state").GetString());
        var types = job.GetProperty("history").EnumerateArray().Select(entry => entry.GetProperty("type").GetString()).ToList();
        Assert.Single(types, "image-requested.v1");
        Assert.Single(types, "job-completed.v1");
    }

    private static int TilesIn(string line) =>
        line.Split(' ') is ["Running:", var done, ..] && int.TryParse(done, out var tiles) ? tiles : 0;

    private static string WriteImage(string path)
    {
        using var writer = GeoTiffWriter.Create(path, new GeoTiffLayout(112 * Tiles + 16, 112 * Tiles + 16, 1, 32618, 500_000, 4_500_000, 0.5));
        while (writer.RowsInNext > 0)
            writer.WriteBlockRow(new byte[writer.RowsInNext * writer.Layout.Width]);
        return path;
    }

    private static List<(double X, double Y)> TileCentres(string image)
    {
        using var file = ImageFile.Open(image, ImagingLimits.Default);
        return [.. TileGrid.Cover(file.Bounds, 128, 16).Select(tile => (tile.X + tile.Width / 2.0, tile.Y + tile.Height / 2.0)).Order()];
    }
}
