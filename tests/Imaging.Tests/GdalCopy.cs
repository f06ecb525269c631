using Swath.Imaging.Native;

namespace Swath.Imaging.Tests;

/// <summary>Makes test images with GDAL's own writers.</summary>
internal static unsafe class GdalCopy
{
    /// <summary>Copies an image into another format.</summary>
    /// <param name="from">An image that Swath reads.</param>
    /// <param name="to">The path of the copy.</param>
    /// <param name="driver">GDAL's name of the format.</param>
    /// <param name="options">Creation options of the driver.</param>
    public static string Make(string from, string to, string driver, params string[] options)
    {
        using var image = ImageFile.Open(from, ImagingLimits.Default);
        using var list = new NativeStrings(options);
        GdalErrors.Reset();
        using (var written = Gdal.GDALCreateCopy(Gdal.GDALGetDriverByName(driver), to, image.Dataset, 0, list.Pointer, 0, 0))
            Assert.False(written.IsInvalid, GdalErrors.Message);
        return to;
    }

    /// <summary>A smooth picture of three bands of bytes, so that JPEG has something to keep.</summary>
    public static string Picture(TemporaryFolder folder, int width, int height)
    {
        var path = folder.File($"picture-{width}x{height}.tif");
        using var writer = GeoTiffWriter.Create(path, new GeoTiffLayout(width, height, 3, 32618, 500_000, 4_000_000, 10, BlockSize: 64));
        for (var y = 0; writer.RowsInNext > 0;)
        {
            var rows = writer.RowsInNext;
            var pixels = new byte[rows * width * 3];
            for (var i = 0; i < pixels.Length; i++)
            {
                var (row, x, band) = (y + (i / 3 / width), i / 3 % width, i % 3);
                pixels[i] = (byte)((x * 7) + (row * 3) + (band * 40) + (x * row / 50));
            }

            writer.WriteBlockRow(pixels);
            y += rows;
        }

        return path;
    }
}
