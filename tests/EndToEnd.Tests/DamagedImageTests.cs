using Swath.Contracts;
using Swath.Imaging;

namespace Swath.EndToEnd.Tests;

/// <summary>Images that are damaged: the result has every tile that can be read, and names every other.</summary>
public sealed class DamagedImageTests
{
    private const int Side = 700;
    private const int TileSize = 100;

    [Fact]
    public async Task Run_JpegCutInHalf_NamesEveryTileThatAFreshHandleCannotRead()
    {
        await using var cli = new SwathCli();
        await using var model = await ModelProcess.StartAsync(cli, "--model", "centerpoint");
        var image = WriteHalfAJpeg(cli);

        var outcome = await cli.RunAsync(
            "run", image, "--endpoint", model.Url, "--tile-size", $"{TileSize}", "--overlap", "0", "--format", "png", "-o", cli.PathOf("result.geojson"));

        Assert.Equal(1, outcome.ExitCode);
        var unreadable = TileGrid.Cover(new(0, 0, Side, Side), TileSize, 0).Where(tile => !IsReadable(image, tile)).Select(tile => tile.ToString()).ToList();
        Assert.InRange(unreadable.Count, 7, 42);
        var named = outcome.Output.Split('\n').Where(line => line.StartsWith("Failed tile", StringComparison.Ordinal)).Select(line => line["Failed tile".Length..].Split(':')[0].Trim());
        Assert.Equal(unreadable.Order(), named.Order());
        Assert.Equal(49 - unreadable.Count, ResultFile.Read(cli.PathOf("result.geojson")).Features.Count);
    }

    private static string WriteHalfAJpeg(SwathCli cli)
    {
        var sound = cli.PathOf("sound.tif");
        using (var writer = GeoTiffWriter.Create(sound, new GeoTiffLayout(Side, Side, 1, 32618, 500_000, 4_500_000, 0.5)))
        {
            var random = new Random(3);
            while (writer.RowsInNext > 0)
            {
                var pixels = new byte[writer.RowsInNext * Side];
                random.NextBytes(pixels);
                writer.WriteBlockRow(pixels);
            }
        }

        using var image = ImageFile.Open(sound, ImagingLimits.Default);
        using var encoder = new TileEncoder(TileFormat.Jpeg, TileCompression.None);
        using var jpeg = encoder.Encode(image, image.Bounds);
        var path = cli.PathOf("half.jpg");
        File.WriteAllBytes(path, jpeg.Payload[..(jpeg.Payload.Length / 2)].ToArray());
        return path;
    }

    private static bool IsReadable(string path, PixelWindow window)
    {
        using var image = ImageFile.Open(path, ImagingLimits.Default);
        try
        {
            image.Read(window, new byte[image.BytesOf(window)]);
            return true;
        }
        catch (ImageException damaged) when (damaged.Kind == ImageErrorKind.ReadFailed)
        {
            return false;
        }
    }
}
