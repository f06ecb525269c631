using System.Globalization;
using Swath.Contracts;
using Swath.Imaging.Native;
using Swath.Imaging.Opening;

namespace Swath.Imaging.Encoding;

/// <summary>
/// NITF 2.1, uncompressed (IC=NC), JPEG (C3) or JPEG 2000 (C8, lossless). Its place is the four corners: in IGEOLO as GDAL writes it
/// (thousandths of a degree), and in a BLOCKA extension to a millionth of a degree, which GDAL prefers when it reads. Beside them stand the
/// extensions that keep the image's own geometry: <see cref="NitfExtensions"/>.
/// </summary>
internal sealed class NitfEncoding(TileCompression compression) : GdalEncoding("NITF", "ntf", SampleOrder.BandSequential), IDisposable
{
    private (ImageFile Image, ImageLocator? Locator, NitfExtensions Extensions)? _last;

    public override string ContentType => "image/nitf";

    public override string? WhyNot(ImageHeader image)
    {
        if (image.SampleType is "Int64" or "UInt64" or "CInt16" or "CInt32" or "CFloat64")
            return $"NITF has no {image.SampleType} samples: ask for GTIFF tiles";
        return compression switch
        {
            TileCompression.Jpeg => JpegEncoding.Refusal(image),
            TileCompression.J2k when image.SampleType is not ("Byte" or "Int8" or "UInt16" or "Int16") =>
                $"JPEG 2000 holds 8 or 16-bit integers, and the image has {image.SampleType}: ask for NITF without compression or GTIFF tiles",
            TileCompression.J2k when !GdalRuntime.HasDriver("JP2OpenJPEG") =>
                "this machine's GDAL has no JPEG 2000 driver (JP2OpenJPEG): ask for NITF without compression, or install a GDAL that has it",
            _ => null,
        };
    }

    // GDAL writes no signed bytes into a NITF (PVTYPE SI of 8 bits).
    protected override bool Widens(ImageFile image) => image.Header.SampleType == "Int8";

    public void Dispose() => _last?.Locator?.Dispose();

    protected override IReadOnlyList<string> Options(ImageFile image, PixelWindow window)
    {
        List<string> options = compression switch
        {
            TileCompression.Jpeg => ["IC=C3", $"QUALITY={JpegEncoding.Quality}"],
            TileCompression.J2k => ["IC=C8", "PROFILE=NPJE_NUMERICALLY_LOSSLESS"],
            _ => ["IC=NC"],
        };
        if (image.Header.Georeferencing != Georeferencing.None)
            options.AddRange(Known(image).Extensions.Options(window));
        if (Corners(image, window, 0.5) is { } c)
        {
            options.Add("BLOCKA_BLOCK_COUNT=01");
            options.Add("BLOCKA_BLOCK_INSTANCE_01=01");
            options.Add(string.Create(CultureInfo.InvariantCulture, $"BLOCKA_L_LINES_01={window.Height:00000}"));
            options.Add("BLOCKA_N_GRAY_01=00000");
            options.Add("BLOCKA_FRFC_LOC_01=" + Location(c[0]));
            options.Add("BLOCKA_FRLC_LOC_01=" + Location(c[1]));
            options.Add("BLOCKA_LRLC_LOC_01=" + Location(c[2]));
            options.Add("BLOCKA_LRFC_LOC_01=" + Location(c[3]));
        }

        return options;
    }

    protected override unsafe void Locate(ImageFile image, DatasetHandle tile, PixelWindow window)
    {
        if (Corners(image, window, 0.5) is not { } corners)
            return;
        ReadOnlySpan<(double X, double Y)> pixels =
            [(0.5, 0.5), (window.Width - 0.5, 0.5), (window.Width - 0.5, window.Height - 0.5), (0.5, window.Height - 0.5)];
        Placement.SetCorners(tile, pixels, corners);
    }

    // Six decimals with sign: +dd.dddddd+ddd.dddddd (STDI-0002, appendix AA, BLOCKA).
    private static string Location((double Longitude, double Latitude) place) => string.Create(
        CultureInfo.InvariantCulture, $"{place.Latitude:+00.000000;-00.000000}{place.Longitude:+000.000000;-000.000000}");

    /// <summary>Centres of the corner pixels, clockwise from the top left; null when the image is nowhere.</summary>
    private (double Longitude, double Latitude)[]? Corners(ImageFile image, PixelWindow window, double inset)
    {
        if (Known(image).Locator is not { } locator)
            return null;
        double left = window.X + inset, right = window.Right - inset, top = window.Y + inset, bottom = window.Bottom - inset;
        Span<double> x = [left, right, right, left];
        Span<double> y = [top, top, bottom, bottom];
        return locator.TryLocate(x, y) ? [(x[0], y[0]), (x[1], y[1]), (x[2], y[2]), (x[3], y[3])] : null;
    }

    private (ImageFile Image, ImageLocator? Locator, NitfExtensions Extensions) Known(ImageFile image)
    {
        if (_last is { } last && ReferenceEquals(last.Image, image))
            return last;
        _last?.Locator?.Dispose();
        _last = (image, ImageLocator.For(image), new NitfExtensions(image));
        return _last.Value;
    }
}
