using System.Globalization;
using System.Text;

namespace Swath.Imaging.Encoding;

/// <summary>Writes rational polynomials as RPC00B (STDI-0002, appendix E), whose fields hold less than a double.</summary>
internal static class NitfPolynomial
{
    private const double Tolerance = 1e-9;

    /// <summary>The 1041 characters; null when the fields can't hold the polynomials, because wrong places are worse than coarse ones.</summary>
    /// <param name="items">GDAL's RPC metadata, NAME=value.</param>
    /// <param name="rounding">What to add to a pixel's position so that the rounded offsets fit: (sample, line).</param>
    public static string? Format(IReadOnlyList<string> items, out (double X, double Y) rounding)
    {
        rounding = default;
        var values = items.Select(item => item.Split('=', 2)).Where(pair => pair.Length == 2).ToDictionary(pair => pair[0], pair => pair[1], StringComparer.OrdinalIgnoreCase);
        double[] Numbers(string name) => !values.TryGetValue(name, out var text) ? [] :
            [.. text.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(part => double.TryParse(part, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) ? number : double.NaN)];
        double Number(string name) => Numbers(name) is [var first, ..] ? first : double.NaN;

        double line = Number("LINE_OFF"), sample = Number("SAMP_OFF");
        rounding = (Math.Round(sample) - sample, Math.Round(line) - line);
        var text = new StringBuilder("1");
        text.Append(Error(Number("ERR_BIAS"))).Append(Error(Number("ERR_RAND")));
        var fits = Add(text, Math.Round(line), "000000", 6) && Add(text, Math.Round(sample), "00000", 5)
            && Add(text, Number("LAT_OFF"), "+00.0000;-00.0000", 8) && Add(text, Number("LONG_OFF"), "+000.0000;-000.0000", 9)
            && Add(text, Number("HEIGHT_OFF"), "+0000;-0000", 5)
            && Add(text, Number("LINE_SCALE"), "000000", 6) && Add(text, Number("SAMP_SCALE"), "00000", 5)
            && Add(text, Number("LAT_SCALE"), "+00.0000;-00.0000", 8) && Add(text, Number("LONG_SCALE"), "+000.0000;-000.0000", 9)
            && Add(text, Number("HEIGHT_SCALE"), "+0000;-0000", 5);
        foreach (var name in new[] { "LINE_NUM_COEFF", "LINE_DEN_COEFF", "SAMP_NUM_COEFF", "SAMP_DEN_COEFF" })
        {
            var coefficients = Numbers(name);
            fits = fits && coefficients.Length == 20 && Array.TrueForAll(coefficients, value => Math.Abs(value) < 9.999999e9);
            foreach (var value in coefficients)
                text.Append(Coefficient(value));
        }

        return fits ? text.ToString() : null;
    }

    private static string Error(double value) => value is >= 0 and < 9999.99 ? value.ToString("0000.00", CultureInfo.InvariantCulture) : "0000.00";

    private static bool Add(StringBuilder text, double value, string format, int length)
    {
        var field = value.ToString(format, CultureInfo.InvariantCulture);
        text.Append(field);
        return field.Length == length && double.TryParse(field, NumberStyles.Float, CultureInfo.InvariantCulture, out var written) && Math.Abs(written - value) <= Tolerance;
    }

    // +d.ddddddE+d: seven digits; what is below 1e-9 is nothing at the scale of an image.
    private static string Coefficient(double value) =>
        Math.Abs(value) < 1e-9 ? "+0.000000E+0" : value.ToString("+0.000000E+0;-0.000000E+0", CultureInfo.InvariantCulture);
}
