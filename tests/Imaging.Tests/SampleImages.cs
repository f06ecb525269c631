using Swath.Contracts;

namespace Swath.Imaging.Tests;

/// <summary>Small images of any samples, made and read back by GDAL's Python bindings.</summary>
internal static class SampleImages
{
    /// <summary>Makes a file: path, driver, type, bands, creation options, then Python that is run on the dataset <c>d</c> before it is copied.</summary>
    private const string Make = """
        import sys
        from osgeo import gdal
        gdal.UseExceptions()
        path, driver, kind, bands, options, more = sys.argv[1:7]
        d = gdal.GetDriverByName('MEM').Create('', 64, 48, int(bands), gdal.GetDataTypeByName(kind))
        bits = [int(option[6:]) for option in options.split() if option.startswith('NBITS=')]
        for number in range(1, int(bands) + 1):
            size = gdal.GetDataTypeSize(gdal.GetDataTypeByName(kind))
            most = 2 ** (bits[0] if bits else 8 if size == 8 else 15)
            values = [(7 * number * i) % most for i in range(64 * 48)]
            import array
            d.GetRasterBand(number).WriteRaster(0, 0, 64, 48, array.array('d', values).tobytes(), buf_type=gdal.GDT_Float64)
        exec(more)
        gdal.GetDriverByName(driver).CreateCopy(path, d, options=options.split())
        """;

    public static async Task<string> MakeAsync(TemporaryFolder folder, string name, string driver, string type, int bands, string options, string more)
    {
        var path = folder.File(name);
        await GdalOracle.RunAsync(Make, path, driver, type, $"{bands}", options, more);
        return path;
    }

    /// <summary>The samples of a tile, by band; the tile stays in the folder as <c>tile</c>.</summary>
    public static async Task<double[][]> TileValuesAsync(TemporaryFolder folder, ImageFile image, PixelWindow window, TileFormat format, TileCompression compression)
    {
        using var encoder = new TileEncoder(format, compression);
        using var tile = encoder.Encode(image, window);
        return await GdalOracle.ValuesAsync(folder.Write("tile", tile.Payload.Span));
    }
}
