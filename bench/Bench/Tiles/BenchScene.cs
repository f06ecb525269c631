using Swath.Imaging;

namespace Swath.Bench.Tiles;

/// <summary>Writes the image that is cut: waves with a little noise, which compresses about as badly as an aerial image.</summary>
internal static class BenchScene
{
    public static void Write(string path, int size)
    {
        using var writer = GeoTiffWriter.Create(path, new GeoTiffLayout(size, size, 3, 32618, 500_000, 4_500_000, 0.5, 512));
        var noise = 12345u;
        while (writer.RowsInNext > 0)
        {
            var pixels = new byte[size * 3 * writer.RowsInNext];
            for (var i = 0; i < pixels.Length; i++)
            {
                noise = (noise * 1664525) + 1013904223;
                var x = i / 3 % size;
                var y = writer.NextRow + (i / 3 / size);
                pixels[i] = (byte)(110 + (60 * Math.Sin((x + (i % 3 * 40)) / 37.0) * Math.Cos(y / 53.0)) + (noise >> 28));
            }

            writer.WriteBlockRow(pixels);
        }
    }
}
