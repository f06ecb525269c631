using System.Globalization;
using System.Text;
using Swath.Contracts;
using Swath.Imaging.Native;
using Swath.Imaging.Opening;

namespace Swath.Imaging.Encoding;

/// <summary>
/// The tagged record extensions with which a NITF tile keeps its image's geometry (STDI-0002): ICHIPB says where the tile lies in the full
/// image, RPC00B is the full image's own, GEOLOB a grid of degrees. GDAL itself would drop polynomials whose offsets a chip makes negative.
/// </summary>
internal sealed unsafe class NitfExtensions
{
    private const int PolynomialLength = 1041;
    private const double CornerCentre = 0.5;

    private readonly ImageFile _image;
    private readonly string? _polynomial;

    // What the offsets of the polynomials lost when they were rounded, which ICHIPB gives back.
    private readonly (double X, double Y) _rounding;
    private readonly double[]? _degrees;

    public NitfExtensions(ImageFile image)
    {
        _image = image;
        if (image.Header.Georeferencing == Georeferencing.RationalPolynomial)
            _polynomial = Copied(image.Placed) ?? NitfPolynomial.Format(NativeStrings.Read(Gdal.GDALGetMetadata(image.Placed, "RPC")), out _rounding);
        if (image.Header.Georeferencing == Georeferencing.Affine && Placement.TryGetTransform(image.Placed, out var transform) && IsGridOfDegrees(image.Placed, transform))
            _degrees = transform;
    }

    /// <summary>Creation options of GDAL's NITF driver for one tile.</summary>
    public IEnumerable<string> Options(PixelWindow window)
    {
        yield return "TRE=ICHIPB=" + Chip(window);
        if (_polynomial is not null)
            yield return "TRE=RPC00B=" + _polynomial;
        if (_degrees is { } t)
        {
            yield return string.Create(CultureInfo.InvariantCulture,
                $"TRE=GEOLOB={Math.Round(360 / t[1]):000000000}{Math.Round(360 / -t[5]):000000000}{t[0] + (window.X * t[1]):+000.0000000000;-000.0000000000}{t[3] + (window.Y * t[5]):+000.0000000000;-000.0000000000}");
            yield return "FILE_TRE=GEOPSB=" + Geographic;
        }
    }

    /// <summary>GEOPSB: degrees on WGS 84, no grid.</summary>
    private static string Geographic { get; } =
        "GEODEG" + "World Geodetic System 1984".PadRight(80) + "WGE " + "World Geodetic System 1984".PadRight(80) + "WE " + new string(' ', 80 + 4 + 80 + 4)
        + new string('0', 15) + new string(' ', 3 + 80) + "0000";

    private static string? Copied(DatasetHandle dataset)
    {
        var copied = NativeStrings.Read(Gdal.GDALGetMetadata(dataset, "TRE")).Find(item => item.StartsWith("RPC00B=", StringComparison.Ordinal))?["RPC00B=".Length..];
        return copied?.Length == PolynomialLength ? copied : null;
    }

    // ARV and BRV are pixels in 360 degrees, nine digits: enough for pixels of 4 cm and more, and then exact to 1e-8.
    private static bool IsGridOfDegrees(DatasetHandle dataset, double[] t) =>
        t[2] == 0 && t[4] == 0 && t[1] is > 4e-7 and < 100 && t[5] is < -4e-7 and > -100 && Math.Abs(t[0]) < 999 && Math.Abs(t[3]) < 999
        && Gdal.OSRIsGeographic(Gdal.GDALGetSpatialRef(dataset)) != 0
        && Gdal.Text(Gdal.OSRGetAuthorityCode(Gdal.GDALGetSpatialRef(dataset), null)) == "4326";

    // 224 characters: no transformation but the corners, scale 1, then the centres of the corner pixels of the tile (OP) and of the full image (FI).
    private string Chip(PixelWindow window)
    {
        var text = new StringBuilder("000001.000000000");
        double right = window.Width - CornerCentre, bottom = window.Height - CornerCentre;
        ReadOnlySpan<(double X, double Y)> corners = [(CornerCentre, CornerCentre), (right, CornerCentre), (CornerCentre, bottom), (right, bottom)];
        foreach (var (x, y) in corners)
            text.Append(Coordinate(y)).Append(Coordinate(x));
        foreach (var (x, y) in corners)
        {
            var full = _image.Chip?.ToFull(window.X + x, window.Y + y) ?? (window.X + x, window.Y + y);
            text.Append(Coordinate(full.Y + _rounding.Y)).Append(Coordinate(full.X + _rounding.X));
        }

        return text.Append(Count("ICHIP_FI_ROW", _image.Header.Height)).Append(Count("ICHIP_FI_COL", _image.Header.Width)).ToString();
    }

    private static string Coordinate(double value) => value.ToString("00000000.000;-0000000.000", CultureInfo.InvariantCulture);

    private string Count(string name, int own)
    {
        var full = _image.Chip is null ? null : Gdal.Text(Gdal.GDALGetMetadataItem(_image.Placed, name, null));
        return (int.TryParse(full, NumberStyles.None, CultureInfo.InvariantCulture, out var count) && count is > 0 and < 100_000_000 ? count : own)
            .ToString("00000000", CultureInfo.InvariantCulture);
    }
}
