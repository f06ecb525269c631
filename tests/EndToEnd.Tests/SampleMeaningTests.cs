using Swath.Testing;

namespace Swath.EndToEnd.Tests;

/// <summary>What a model is sent means what the image's samples mean.</summary>
public sealed class SampleMeaningTests
{
    private const string Python = "/usr/bin/python3";

    private const string Make = """
        import struct, sys
        from osgeo import gdal
        for name, option in (('signed', 'PIXELTYPE=SIGNEDBYTE'), ('white', 'PHOTOMETRIC=MINISWHITE')):
            image = gdal.GetDriverByName('GTiff').Create(sys.argv[1] + '/' + name + '.tif', 16, 16, 1, gdal.GDT_Byte, [option])
            image.WriteRaster(0, 0, 16, 16, bytes(range(256)))
        """;

    private const string Describe = """
        import sys
        from osgeo import gdal
        tile = gdal.Open(sys.argv[1])
        band = tile.GetRasterBand(1)
        samples = tile.ReadRaster()
        print(band.GetMetadataItem('PIXELTYPE', 'IMAGE_STRUCTURE'), tile.GetMetadataItem('MINISWHITE', 'IMAGE_STRUCTURE'), samples[0], samples[255])
        """;

    [SkippableFact]
    public async Task Run_SignedBytesAndWhiteIsZero_AreSentAsTheyAreMeant()
    {
        Skip.IfNot(File.Exists(Python), "python3 is not installed.");
        await using var cli = new SwathCli();
        await using var model = new KeepingModel();
        await ExternalTool.RunAsync(Python, ["-c", Make, cli.Home]);

        Assert.Equal("SIGNEDBYTE None 0 255", await SentAsync(cli, model, "signed.tif"));
        Assert.Equal("None None 255 0", await SentAsync(cli, model, "white.tif"));
        Assert.Equal("None None 255 0", await SentAsync(cli, model, "white.tif", "--format", "png"));
    }

    private static async Task<string> SentAsync(SwathCli cli, KeepingModel model, string image, params string[] options)
    {
        var outcome = await cli.RunAsync(["run", cli.PathOf(image), "--endpoint", model.Url, "-o", cli.PathOf("result.geojson"), .. options]);
        Assert.True(outcome.ExitCode == 0, outcome.ToString());
        var tile = cli.PathOf("tile");
        await File.WriteAllBytesAsync(tile, Assert.Single(model.Take()));
        return (await ExternalTool.RunAsync(Python, ["-c", Describe, tile])).Trim();
    }
}
