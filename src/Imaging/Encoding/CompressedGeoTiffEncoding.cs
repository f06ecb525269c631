using Swath.Contracts;
using Swath.Imaging.Native;

namespace Swath.Imaging.Encoding;

/// <summary>GeoTIFF with LZW (lossless, any samples) or JPEG (8 bits, one or three bands).</summary>
internal sealed class CompressedGeoTiffEncoding(TileCompression compression) : GdalEncoding("GTiff", "tif", SampleOrder.PixelInterleaved)
{
    public override string ContentType => "image/tiff";

    public override string? WhyNot(ImageHeader image) => compression == TileCompression.Jpeg ? JpegEncoding.Refusal(image) : null;

    protected override IReadOnlyList<string> Options(ImageFile image, PixelWindow window)
    {
        if (compression == TileCompression.Lzw)
        {
            string[] lzw = ["COMPRESS=LZW", $"PREDICTOR={PredictorOf(image.Header.SampleType)}"];
            return image.IsNamelessSignedByte ? [.. lzw, "PIXELTYPE=SIGNEDBYTE"] : lzw;
        }

        string[] options = ["COMPRESS=JPEG", $"JPEG_QUALITY={JpegEncoding.Quality}"];
        return image.Header.Bands == 3 ? [.. options, "PHOTOMETRIC=YCBCR"] : options;
    }

    protected override bool WritesColors(ImageFile image) => image.HasColors;

    protected override void Locate(ImageFile image, DatasetHandle tile, PixelWindow window)
    {
        Place.Of(image).CopyTo(image.Placed, tile, window);
        for (var band = 1; band <= image.Header.Bands && image.NoData is { } noData; band++)
            _ = Gdal.GDALSetRasterNoDataValue(Gdal.GDALGetRasterBand(tile, band), noData);
    }

    // Differences of neighbours (2) compress integers; libtiff has no differences of complex or 64-bit samples in old releases.
    private static int PredictorOf(string sampleType) => sampleType is "Byte" or "Int8" or "UInt16" or "Int16" or "UInt32" or "Int32" ? 2 : 1;
}
