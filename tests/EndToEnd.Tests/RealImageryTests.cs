using Swath.Contracts;
using Swath.Imaging;
using Swath.Testing;

namespace Swath.EndToEnd.Tests;

/// <summary>Real images from file to GeoJSON through the command line: one feature a tile, each where gdaltransform says it is.</summary>
public sealed class RealImageryTests
{
    private const double Degrees = 1e-6;

    [SkippableTheory]
    [InlineData("landsat7-bahamas-rgb.tif", 256)]
    [InlineData("cogeo.tif", 128)]
    [InlineData("wpafb-20091021-vis-r2.ntf", 512)]
    [InlineData("autzen-utm10.ntf", 256)]
    public async Task Run_GeoreferencedImage_LocatesEveryTileWhereGdalDoes(string file, int tileSize)
    {
        var image = ImageryFolder.Require(file);
        await using var cli = new SwathCli();
        var (outcome, features) = await RunAsync(cli, image, tileSize);

        Assert.True(outcome.ExitCode == 0, outcome.ToString());
        Assert.Equal(TileCentres(image, tileSize), features.Select(feature => (feature.X, feature.Y)).Order());
        var expected = await Gdaltransform(image, features);
        foreach (var (feature, (longitude, latitude)) in features.Zip(expected))
        {
            Assert.Equal(longitude, feature.Longitude!.Value, Degrees);
            Assert.Equal(latitude, feature.Latitude!.Value, Degrees);
        }
    }

    [SkippableFact]
    public async Task Run_WithoutGeoreferencing_KeepsPixelGeometryAndSaysSo()
    {
        var image = ImageryFolder.Require("jitc-1024-j2k.ntf");
        await using var cli = new SwathCli();
        var (outcome, features) = await RunAsync(cli, image, 256);

        Assert.True(outcome.ExitCode == 0, outcome.ToString());
        Assert.Equal(TileCentres(image, 256), features.Select(feature => (feature.X, feature.Y)).Order());
        Assert.All(features, feature => Assert.Null(feature.Longitude));
        Assert.Contains("no georeferencing", await File.ReadAllTextAsync(cli.PathOf("result.geojson")), StringComparison.Ordinal);
    }

    [SkippableFact]
    public async Task Run_CorruptBlock_CompletesPartiallyAndNamesTheTiles()
    {
        var image = ImageryFolder.Require("corrupt.tif");
        await using var cli = new SwathCli();
        var (outcome, features) = await RunAsync(cli, image, 128);

        Assert.Equal(1, outcome.ExitCode);
        Assert.Contains("PartiallyCompleted", outcome.Output, StringComparison.Ordinal);
        var failed = outcome.Output.Split('\n').Where(line => line.StartsWith("Failed tile", StringComparison.Ordinal)).ToList();
        Assert.NotEmpty(failed);
        Assert.All(failed, line => Assert.Matches(@"^Failed tile +\d+,\d+ 128x128: .{10,}", line));
        Assert.Equal(TileCentres(image, 128).Count - failed.Count, features.Count);
    }

    private static async Task<(CommandOutcome Outcome, IReadOnlyList<PointFeature> Features)> RunAsync(SwathCli cli, string image, int tileSize)
    {
        await using var model = await ModelProcess.StartAsync(cli, "--model", "centerpoint");
        var result = cli.PathOf("result.geojson");
        var outcome = await cli.RunAsync("run", image, "--endpoint", model.Url, "--tile-size", $"{tileSize}", "--overlap", "32", "-o", result);
        Assert.True(File.Exists(result), outcome.ToString());
        return (outcome, ResultFile.Read(result).Features);
    }

    private static List<(double X, double Y)> TileCentres(string image, int tileSize)
    {
        using var file = ImageFile.Open(image, ImagingLimits.Default);
        return
        [
            .. TileGrid.Cover(file.Bounds, tileSize, 32).Select(tile => (tile.X + tile.Width / 2.0, tile.Y + tile.Height / 2.0)).Order(),
        ];
    }

    private static async Task<IReadOnlyList<(double Longitude, double Latitude)>> Gdaltransform(string image, IReadOnlyList<PointFeature> features)
    {
        var pixels = string.Concat(features.Select(feature => FormattableString.Invariant($"{feature.X:R} {feature.Y:R}\n")));
        var output = await ExternalTool.RunAsync("gdaltransform", ["-output_xy", "-t_srs", "EPSG:4326", image], pixels);
        return
        [
            .. output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line.Split(' '))
                .Select(words => (double.Parse(words[0]), double.Parse(words[1]))),
        ];
    }
}
