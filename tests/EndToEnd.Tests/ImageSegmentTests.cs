using System.Text.Json;
using Swath.Imaging;
using Swath.Testing;

namespace Swath.EndToEnd.Tests;

/// <summary>Files that hold several images, through the command line.</summary>
public sealed class ImageSegmentTests
{
    private const string Python = "/usr/bin/python3";

    // Two pages with an overview of the first between them; a picture split in two; each sample is 10 in the first image and 20 in the second.
    private const string Make = """
        import sys
        from osgeo import gdal
        gdal.UseExceptions()
        def image(value, height):
            made = gdal.GetDriverByName('MEM').Create('', 64, height)
            made.GetRasterBand(1).Fill(value)
            return made
        def write(name, driver, source, *options):
            gdal.GetDriverByName(driver).CreateCopy(sys.argv[1] + '/' + name, source, options=list(options))
        write('pages.tif', 'GTiff', image(10, 48))
        gdal.Open(sys.argv[1] + '/pages.tif', gdal.GA_Update).BuildOverviews('NEAREST', [2])
        write('pages.tif', 'GTiff', image(20, 48), 'APPEND_SUBDATASET=YES')
        write('split.ntf', 'NITF', image(10, 48), 'NUMI=2', 'IDLVL=1', 'IALVL=0')
        write('split.ntf', 'NITF', image(20, 16), 'APPEND_SUBDATASET=YES', 'IDLVL=2', 'IALVL=1', 'ILOCROW=48', 'ILOCCOL=0')
        """;

    [SkippableFact]
    public async Task Run_FileOfSeveralImages_ProcessesTheOneThatIsNamedAndSaysHowManyThereAre()
    {
        Skip.IfNot(File.Exists(Python), "python3 is not installed.");
        await using var cli = new SwathCli();
        await using var model = new KeepingModel();
        await ExternalTool.RunAsync(Python, ["-c", Make, cli.Home]);

        var first = await RunAsync(cli, "pages.tif", model);
        Assert.True(first.ExitCode == 0, first.ToString());
        Assert.Equal(((byte)10, (byte)10), Ends(model));
        Assert.Contains("2 images", await WarningsAsync(cli), StringComparison.Ordinal);
        Assert.Contains("2 images", first.Output, StringComparison.Ordinal);

        var second = await RunAsync(cli, "pages.tif", model, "--image-segment", "1");
        Assert.True(second.ExitCode == 0, second.ToString());
        Assert.Equal(((byte)20, (byte)20), Ends(model));
        Assert.DoesNotContain("images", await WarningsAsync(cli), StringComparison.Ordinal);

        var none = await RunAsync(cli, "pages.tif", model, "--image-segment", "2");
        Assert.NotEqual(0, none.ExitCode);
        Assert.Contains("the file has 2 images, 0..1", none.Output + none.Error, StringComparison.Ordinal);

        var joined = await RunAsync(cli, "split.ntf", model);
        Assert.True(joined.ExitCode == 0, joined.ToString());
        Assert.Equal(((byte)10, (byte)20), Ends(model));
    }

    private static (byte First, byte Last) Ends(KeepingModel model)
    {
        var tile = TileDecoder.Decode(Assert.Single(model.Take()));
        return (tile.Pixels[0], tile.Pixels[^1]);
    }

    private static async Task<string> WarningsAsync(SwathCli cli)
    {
        using var result = JsonDocument.Parse(await File.ReadAllTextAsync(cli.PathOf("result.geojson")));
        return result.RootElement.GetProperty("swath").GetProperty("warnings").GetRawText();
    }

    private static Task<CommandOutcome> RunAsync(SwathCli cli, string image, KeepingModel model, params string[] options) =>
        cli.RunAsync(["run", cli.PathOf(image), "--endpoint", model.Url, "-o", cli.PathOf("result.geojson"), .. options]);
}
