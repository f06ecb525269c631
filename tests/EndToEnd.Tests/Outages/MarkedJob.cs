using Swath.Contracts;
using Swath.Imaging;

namespace Swath.EndToEnd.Tests.Outages;

/// <summary>A tile of a <see cref="MarkedJob"/>.</summary>
internal readonly record struct MarkedTile(byte Job, byte Column, byte Row);

/// <summary>A job whose tiles say which they are.</summary>
internal sealed record MarkedJob(byte Number, ImageRequested Request, string Result)
{
    public const int TilesAcross = 10;
    private const int TileSize = 128;
    private const int Overlap = 16;
    private const int Step = TileSize - Overlap;

    public static MarkedJob Create(SwathCli cli, byte number, string model)
    {
        var id = Guid.NewGuid();
        var result = cli.PathOf($"{id}.geojson");
        return new MarkedJob(number,
            new ImageRequested
            {
                JobId = id,
                JobName = $"job {number}",
                ImageUrl = WriteImage(cli.PathOf($"marked-{number}.tif"), number),
                Endpoint = new ModelEndpoint { Name = model },
                Tile = new TileOptions { Size = TileSize, Overlap = Overlap },
                Outputs = [OutputSink.ToFile(result)],
            },
            result);
    }

    public static byte Index(int pixel) => (byte)(pixel / Step);

    private static string WriteImage(string path, byte number)
    {
        const int pixels = (Step * TilesAcross) + Overlap;
        using var writer = GeoTiffWriter.Create(path, new GeoTiffLayout(pixels, pixels, 1, 32618, 500_000, 4_500_000, 0.5));
        for (var y = 0; writer.RowsInNext > 0;)
        {
            var rows = new byte[writer.RowsInNext * pixels];
            for (var i = 0; i < rows.Length; i++)
            {
                var x = i % pixels;
                rows[i] = (x % Step) switch { 0 => Index(x), 1 => Index(y + (i / pixels)), _ => number };
            }

            y += writer.RowsInNext;
            writer.WriteBlockRow(rows);
        }

        return path;
    }
}
