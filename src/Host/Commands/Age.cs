using System.Globalization;

namespace Swath.Host.Commands;

/// <summary>How long ago, as it is written on the command line: 30d, 12h, 90m, 45s.</summary>
internal static class Age
{
    /// <exception cref="UsageException">It is no age.</exception>
    public static TimeSpan Parse(string option, string text)
    {
        double? seconds = text is [.. var number, var unit] && double.TryParse(number, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var amount)
            ? unit switch
            {
                'd' => amount * 86_400,
                'h' => amount * 3_600,
                'm' => amount * 60,
                's' => amount,
                _ => null,
            }
            : null;
        return seconds is >= 0 and < 1e10
            ? TimeSpan.FromSeconds(seconds.Value)
            : throw new UsageException($"{option} takes a number of days, hours, minutes or seconds, such as 30d, 12h, 90m or 45s; it is '{text}'.");
    }
}
