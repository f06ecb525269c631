using System.Globalization;
using Swath.Imaging.Native;

namespace Swath.Imaging.Opening;

/// <summary>Which colours the bands are. What GDAL does not convert to gray, or to red, green and blue, is refused by name: its samples would pass for something else.</summary>
internal static unsafe class ColorModel
{
    // PhotometricInterpretation of TIFF 6.0, of TIFF/EP (CFA) and of libtiff (LogLuv).
    private const ushort Separated = 5, Lab = 8, IccLab = 9, ItuLab = 10, ColorFilterArray = 32803, LogLuminance = 32844, LogLuv = 32845;

    /// <exception cref="ImageException"><see cref="ImageErrorKind.InvalidRequest"/>: colours that nobody converts.</exception>
    public static void Check(string given, DatasetHandle dataset, Palette? palette, ushort? photometric)
    {
        var first = Interpretation(dataset, 1);
        if (first == Gdal.PaletteInterpretation && palette is null)
            throw Refused(given, "a palette beside other bands, or of other than 8 or 16 bits");

        // JPEG in NITF is YCbCr by its header, but GDAL hands out what the JPEG decoder made of it.
        var jpeg = Gdal.Text(Gdal.GDALGetMetadataItem(dataset, "NITF_IC", null)) is "C3" or "M3" or "I1";
        if (first is >= Gdal.YCbCrLumaInterpretation and <= Gdal.YCbCrRedInterpretation && !jpeg)
            throw Refused(given, "YCbCr");
        if (first is >= Gdal.HueInterpretation and < Gdal.YCbCrLumaInterpretation)
            throw Refused(given, "hues or inks (HSL, CMYK)");

        // GDAL says so where it converted.
        if (Gdal.GDALGetMetadataItem(dataset, "SOURCE_COLOR_SPACE", "IMAGE_STRUCTURE") != null)
            return;
        var name = photometric switch
        {
            Separated => "inks (CMYK) of other than four bands of 8 bits",
            Lab or IccLab or ItuLab => "L*a*b*",
            ColorFilterArray => "a colour filter array (raw camera samples)",
            LogLuminance or LogLuv => "LogL or LogLuv",
            _ => null,
        };
        if (name is not null)
            throw Refused(given, string.Create(CultureInfo.InvariantCulture, $"{name}, PhotometricInterpretation {photometric}"));
    }

    /// <summary>The bands, counted from 1, in the order in which they are read: three colours, or four with alpha, come as red, green, blue.</summary>
    public static int[] BandMap(DatasetHandle dataset)
    {
        var bands = Gdal.GDALGetRasterCount(dataset);
        int[] map = [.. Enumerable.Range(1, bands)];
        if (bands != 3 && !(bands == 4 && Interpretation(dataset, 4) == Gdal.AlphaInterpretation))
            return map;
        var ordered = map.Take(3).OrderBy(band => Interpretation(dataset, band)).ToArray();
        if (ordered.Select(band => Interpretation(dataset, band)).SequenceEqual(Enumerable.Range(Gdal.RedInterpretation, 3)))
            ordered.CopyTo(map, 0);
        return map;
    }

    /// <summary>True when the first three bands say that they are red, green and blue, in whatever order.</summary>
    public static bool SaysColors(DatasetHandle dataset) => Gdal.GDALGetRasterCount(dataset) >= 3
        && Enumerable.Range(1, 3).All(band => Interpretation(dataset, band) is >= Gdal.RedInterpretation and <= Gdal.BlueInterpretation);

    private static int Interpretation(DatasetHandle dataset, int band) => Gdal.GDALGetRasterColorInterpretation(Gdal.GDALGetRasterBand(dataset, band));

    private static ImageException Refused(string given, string colors) => new(ImageErrorKind.InvalidRequest, given,
        $"its colours are {colors}, which are not converted here: convert the image to gray or to red, green and blue first");
}
