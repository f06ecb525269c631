using System.Runtime.InteropServices;
using Swath.Imaging.Native;

namespace Swath.Imaging.Opening;

/// <summary>A colour table. Its indices mean nothing to a model, so a palette image is read as red, green and blue.</summary>
internal sealed class Palette
{
    public const int Bands = 3;

    private readonly byte[] _red;
    private readonly byte[] _green;
    private readonly byte[] _blue;

    private Palette(int size)
    {
        _red = new byte[size];
        _green = new byte[size];
        _blue = new byte[size];
    }

    /// <summary>The image's palette; null when it has none or is not one band of 8 or 16 unsigned bits.</summary>
    public static unsafe Palette? Of(DatasetHandle dataset)
    {
        if (Gdal.GDALGetRasterCount(dataset) != 1)
            return null;
        var band = Gdal.GDALGetRasterBand(dataset, 1);
        var type = Gdal.GDALGetRasterDataType(band);
        if (type is not (Gdal.Byte or Gdal.UInt16) || Gdal.GDALGetRasterColorInterpretation(band) != Gdal.PaletteInterpretation)
            return null;
        var table = Gdal.GDALGetRasterColorTable(band);
        if (table == 0)
            return null;

        var size = type == Gdal.Byte ? 256 : 65_536;
        var palette = new Palette(size);
        var count = Math.Min(size, Gdal.GDALGetColorEntryCount(table));
        for (var index = 0; index < count; index++)
        {
            var color = Gdal.GDALGetColorEntry(table, index);
            palette._red[index] = (byte)Math.Clamp((int)color->Red, 0, 255);
            palette._green[index] = (byte)Math.Clamp((int)color->Green, 0, 255);
            palette._blue[index] = (byte)Math.Clamp((int)color->Blue, 0, 255);
        }

        return palette;
    }

    /// <summary>Writes the three colours of each index, one plane after another or pixel by pixel. An index beyond the table is black.</summary>
    /// <param name="indices">Of 8 or 16 bits each, as the image has them.</param>
    public void Expand(ReadOnlySpan<byte> indices, Span<byte> target, SampleOrder order)
    {
        var wide = _red.Length > 256;
        var words = MemoryMarshal.Cast<byte, ushort>(indices);
        var count = wide ? words.Length : indices.Length;
        for (var i = 0; i < count; i++)
        {
            var index = wide ? words[i] : indices[i];
            var (red, green, blue) = order == SampleOrder.PixelInterleaved
                ? (i * Bands, (i * Bands) + 1, (i * Bands) + 2)
                : (i, i + count, i + (2 * count));
            target[red] = _red[index];
            target[green] = _green[index];
            target[blue] = _blue[index];
        }
    }
}
