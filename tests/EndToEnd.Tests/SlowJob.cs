using System.Text.Json;
using Swath.Imaging;
using Swath.Persistence.Embedded;

namespace Swath.EndToEnd.Tests;

/// <summary>A job of 576 tiles on a model that takes its time, so that one can do things to it while it runs.</summary>
internal static class SlowJob
{
    private const int TilesAcross = 24;
    private const int TileSize = 128;
    private const int Overlap = 16;
    private const int Pixels = ((TileSize - Overlap) * TilesAcross) + Overlap;

    /// <summary>The command line that runs it, or joins it when it runs already.</summary>
    public static string[] Run(string image, string model, string id, string result, string asked = "delay=20") =>
    [
        "run", image, "--endpoint", $"{model}?{asked}", "--tile-size", $"{TileSize}", "--overlap", $"{Overlap}", "--id", id, "-o", result,
    ];

    public static string WriteImage(string path)
    {
        using var writer = GeoTiffWriter.Create(path, new GeoTiffLayout(Pixels, Pixels, 1, 32618, 500_000, 4_500_000, 0.5));
        while (writer.RowsInNext > 0)
            writer.WriteBlockRow(new byte[writer.RowsInNext * writer.Layout.Width]);
        return path;
    }

    public static List<(double X, double Y)> TileCentres(string image)
    {
        using var file = ImageFile.Open(image, ImagingLimits.Default);
        return [.. TileGrid.Cover(file.Bounds, TileSize, Overlap).Select(tile => (tile.X + tile.Width / 2.0, tile.Y + tile.Height / 2.0)).Order()];
    }

    /// <summary>What one must be able to say of a database when all is done.</summary>
    public static async Task AssertNothingIsLeftAsync(SwathCli cli, string id, string state)
    {
        var verified = await cli.RunAsync("verify");
        Assert.True(verified.ExitCode == 0, verified.ToString());
        var job = JsonDocument.Parse((await cli.RunAsync("job", id, "--json")).Output).RootElement;
        Assert.Equal(state, job.GetProperty("job").GetProperty("state").GetString());
        var types = job.GetProperty("history").EnumerateArray().Select(entry => entry.GetProperty("type").GetString()).ToList();
        Assert.Single(types, "image-requested.v1");
        Assert.True(types.Count(type => type == "job-completed.v1") <= 1 + types.Count(type => type is "tile-retry-requested.v1" or "output-retry-requested.v1"));

        await using var postgres = await EmbeddedPostgres.StartAsync(Path.Combine(cli.Home, ".swath", "postgres"));
        await using var reserved = postgres.DataSource.CreateCommand("select coalesce(sum(reserved), 0)::int from capacity");
        Assert.Equal(0, await reserved.ExecuteScalarAsync());
    }
}
