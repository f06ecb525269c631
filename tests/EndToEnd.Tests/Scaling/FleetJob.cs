using Swath.Contracts;
using Swath.Imaging;

namespace Swath.EndToEnd.Tests.Scaling;

/// <summary>A job of a hundred tiles, one feature each, that takes a worker a good second.</summary>
internal sealed record FleetJob(ImageRequested Request, string Result)
{
    private const int TileSize = 128;
    private const int Overlap = 16;

    /// <summary>Images of different sizes, so that a result that went to the wrong job shows.</summary>
    public static IReadOnlyList<string> WriteImages(SwathCli cli, int count) =>
        [.. Enumerable.Range(0, count).Select(n => WriteImage(cli.PathOf($"image-{n}.tif"), 10 + n))];

    public static FleetJob Create(SwathCli cli, string image, ModelProcess model, int delayMilliseconds = 50)
    {
        var id = Guid.NewGuid();
        var result = cli.PathOf($"{id}.geojson");
        return new FleetJob(
            new ImageRequested
            {
                JobId = id,
                JobName = Path.GetFileName(image),
                ImageUrl = image,
                Endpoint = new ModelEndpoint { Name = $"{model.Url}?delay={delayMilliseconds}" },
                Tile = new TileOptions { Size = TileSize, Overlap = Overlap },
                Outputs = [OutputSink.ToFile(result)],
            },
            result);
    }

    /// <summary>Where its features are, in order.</summary>
    public IReadOnlyList<PointFeature> Features() => [.. ResultFile.Read(Result).Features.OrderBy(feature => feature.Y).ThenBy(feature => feature.X)];

    private static string WriteImage(string path, int tilesAcross)
    {
        var pixels = ((TileSize - Overlap) * tilesAcross) + Overlap;
        using var writer = GeoTiffWriter.Create(path, new GeoTiffLayout(pixels, pixels, 1, 32618, 500_000, 4_500_000, 0.5));
        while (writer.RowsInNext > 0)
            writer.WriteBlockRow(new byte[writer.RowsInNext * writer.Layout.Width]);
        return path;
    }
}
