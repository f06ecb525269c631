using Swath.Imaging;

namespace Swath.EndToEnd.Tests;

/// <summary>A Swath whose settings name one model and no folder, and something else on loopback that is nobody's business.</summary>
public sealed class AccessSite : IAsyncLifetime
{
    internal WatchedModel Model { get; } = new();

    internal CountingServer Hidden { get; } = new();

    internal SwathCli Cli { get; private set; } = null!;

    /// <summary>Its REST API.</summary>
    internal Uri Jobs { get; private set; } = null!;

    /// <summary>Where requests over the API may read and write when nothing is set; it has the image <c>image.tif</c>.</summary>
    internal string Data => Path.Combine(Cli.Home, ".swath", "data");

    public async Task InitializeAsync()
    {
        Cli = new SwathCli(new Dictionary<string, string> { ["IMAGE_ROOTS"] = "", ["OUTPUT_ROOTS"] = "", ["ENDPOINT_HOSTS"] = new Uri(Model.Url).Authority });
        Directory.CreateDirectory(Data);
        WriteImage(Path.Combine(Data, "image.tif"));
        var up = Cli.Start("up", "--url", "http://127.0.0.1:0");
        Jobs = new Uri((await up.LineAsync(line => line.StartsWith("REST API:", StringComparison.Ordinal))).Split(' ')[^1]);
    }

    public async Task DisposeAsync()
    {
        await Cli.DisposeAsync();
        await Model.DisposeAsync();
        await Hidden.DisposeAsync();
    }

    internal static void WriteImage(string path)
    {
        using var writer = GeoTiffWriter.Create(path, new GeoTiffLayout(128, 128, 1, 32618, 500_000, 4_500_000, 0.5));
        while (writer.RowsInNext > 0)
            writer.WriteBlockRow(new byte[writer.RowsInNext * writer.Layout.Width]);
    }
}
