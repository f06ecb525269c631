using Swath.Imaging.Native;

namespace Swath.Imaging.Opening;

/// <summary>A colour table. Its indices mean nothing to a model, so a palette image is read as red, green and blue.</summary>
internal sealed class Palette
{
    public const int Bands = 3;

    private readonly byte[] _red = new byte[256];
    private readonly byte[] _green = new byte[256];
    private readonly byte[] _blue = new byte[256];

    private Palette()
    {
    }

    /// <summary>The image's palette; null when it has none or is not one band of bytes.</summary>
    public static unsafe Palette? Of(DatasetHandle dataset)
    {
        if (Gdal.GDALGetRasterCount(dataset) != 1)
            return null;
        var band = Gdal.GDALGetRasterBand(dataset, 1);
        if (Gdal.GDALGetRasterDataType(band) != Gdal.Byte || Gdal.GDALGetRasterColorInterpretation(band) != Gdal.PaletteInterpretation)
            return null;
        var table = Gdal.GDALGetRasterColorTable(band);
        if (table == 0)
            return null;

        var palette = new Palette();
        var count = Math.Min(256, Gdal.GDALGetColorEntryCount(table));
        for (var index = 0; index < count; index++)
        {
            var color = Gdal.GDALGetColorEntry(table, index);
            palette._red[index] = (byte)Math.Clamp((int)color->Red, 0, 255);
            palette._green[index] = (byte)Math.Clamp((int)color->Green, 0, 255);
            palette._blue[index] = (byte)Math.Clamp((int)color->Blue, 0, 255);
        }

        return palette;
    }

    /// <summary>Writes the three colours of each index, one plane after another or pixel by pixel.</summary>
    public void Expand(ReadOnlySpan<byte> indices, Span<byte> target, SampleOrder order)
    {
        for (var i = 0; i < indices.Length; i++)
        {
            var index = indices[i];
            var (red, green, blue) = order == SampleOrder.PixelInterleaved
                ? (i * Bands, (i * Bands) + 1, (i * Bands) + 2)
                : (i, i + indices.Length, i + (2 * indices.Length));
            target[red] = _red[index];
            target[green] = _green[index];
            target[blue] = _blue[index];
        }
    }
}
