using System.Text.Json;
using Swath.Contracts;
using Swath.Imaging;

namespace Swath.EndToEnd.Tests;

/// <summary>Regions of interest as a user writes them, through the command line.</summary>
public sealed class RegionOfInterestTests
{
    [Fact]
    public async Task Run_Point_SendsAFullTileAndKeepsWhatTouchesThePoint()
    {
        await using var cli = new SwathCli();

        // Two boxes in every tile: one around its centre, one in its corner.
        await using var model = new KeepingModel(Box(120, 120, 136, 136) + "," + Box(1, 1, 9, 9));
        var image = Image(cli, 500_000, 4_000_000, 32618);

        var outcome = await RunAsync(cli, model, image, Point(image, 700.5, 400.5));

        Assert.True(outcome.ExitCode == 0, outcome.ToString());
        var tile = TileDecoder.Decode(Assert.Single(model.Take()));
        Assert.Equal((256, 256), (tile.Width, tile.Height));
        using var result = JsonDocument.Parse(await File.ReadAllTextAsync(cli.PathOf("result.geojson")));
        var feature = Assert.Single(result.RootElement.GetProperty("features").EnumerateArray());
        Assert.Equal([693, 393, 709, 409], feature.GetProperty("properties").GetProperty("imageBBox").EnumerateArray().Select(edge => edge.GetInt32()));
    }

    [Fact]
    public async Task Run_ProjectedImageAcrossTheAntimeridian_FindsShapesThatReachFarBeyondIt()
    {
        await using var cli = new SwathCli();
        await using var model = new KeepingModel();

        // UTM zone 1 north; 180 degrees lies inside the image.
        var image = Image(cli, 163_000, 1_000_000, 32601);
        foreach (var wkt in new[] { "POLYGON ((90 -10, 180 -10, 180 28, 90 28, 90 -10))", "LINESTRING (90 9, 180 9)" })
        {
            var outcome = await RunAsync(cli, model, image, wkt);
            Assert.True(outcome.ExitCode == 0, wkt + outcome);
            Assert.NotEmpty(model.Take());
        }
    }

    [Fact]
    public async Task Run_RingThatMayMeanEitherSideOfTheEarth_IsRefusedWithBothWaysToWriteIt()
    {
        await using var cli = new SwathCli();
        await using var model = new KeepingModel();
        var image = Image(cli, 829_000, 1_000_000, 32660);

        var outcome = await RunAsync(cli, model, image, "POLYGON ((179.999 8, -179.999 8, -179.999 9.5, 179.999 9.5, 179.999 8))");

        Assert.NotEqual(0, outcome.ExitCode);
        Assert.Contains("180 degrees", outcome.Output + outcome.Error, StringComparison.Ordinal);
        Assert.Contains("179.999", outcome.Output + outcome.Error, StringComparison.Ordinal);
        Assert.Empty(model.Take());
    }

    private static string Box(int left, int top, int right, int bottom) =>
        $$$"""{"type":"Feature","properties":{},"geometry":{"type":"Polygon","coordinates":[[[{{{left}}},{{{top}}}],[{{{right}}},{{{top}}}],[{{{right}}},{{{bottom}}}],[{{{left}}},{{{bottom}}}],[{{{left}}},{{{top}}}]]]}}""";

    private static string Image(SwathCli cli, double x, double y, int epsg)
    {
        var path = cli.PathOf("image.tif");
        using var writer = GeoTiffWriter.Create(path, new GeoTiffLayout(1400, 1000, 1, epsg, x, y, 10, BlockSize: 256));
        while (writer.RowsInNext > 0)
            writer.WriteBlockRow(new byte[1400 * writer.RowsInNext]);
        return path;
    }

    private static string Point(string image, double x, double y)
    {
        using var file = ImageFile.Open(image, ImagingLimits.Default);
        using var locator = ImageLocator.For(file)!;
        Assert.True(locator.TryLocate(x, y, out var longitude, out var latitude));
        return FormattableString.Invariant($"POINT ({longitude:R} {latitude:R})");
    }

    private static Task<CommandOutcome> RunAsync(SwathCli cli, KeepingModel model, string image, string region) => cli.RunAsync(
        "run", image, "--endpoint", model.Url, "--tile-size", "256", "--overlap", "32", "--roi", region, "-o", cli.PathOf("result.geojson"));
}
