using System.Globalization;
using System.Reflection;

namespace Swath.Configuration;

/// <summary>How values of one type are written, read, named and compared.</summary>
internal sealed record SettingValue(string Noun, SettingValue.Reader TryRead, Func<object, string> Write, Func<object, double> Number)
{
    public delegate bool Reader(string text, out object? value);

    private static readonly CultureInfo Culture = CultureInfo.InvariantCulture;

    private static readonly SettingValue Flag = new("True or False", ReadFlag, value => (bool)value ? "True" : "False", NotANumber);
    private static readonly SettingValue Text = new("text", ReadText, value => (string)value, NotANumber);

    private static readonly SettingValue Whole = new(
        "a whole number",
        (string text, out object? value) => Hold(int.TryParse(text, NumberStyles.AllowLeadingSign, Culture, out var number), number, out value),
        Plain,
        value => (int)value);

    private static readonly SettingValue LongWhole = new(
        "a whole number",
        (string text, out object? value) => Hold(long.TryParse(text, NumberStyles.AllowLeadingSign, Culture, out var number), number, out value),
        Plain,
        value => (long)value);

    private static readonly SettingValue Real = new(
        "a number",
        (string text, out object? value) => Hold(double.TryParse(text, NumberStyles.Float, Culture, out var number) && double.IsFinite(number), number, out value),
        // 1.0, as its users write it, not 1.
        value => ((double)value).ToString("0.0###############", Culture),
        value => (double)value);

    private static readonly SettingValue Seconds = new(
        "a number of seconds",
        ReadSeconds,
        value => ((TimeSpan)value).TotalSeconds.ToString("0.###", Culture),
        value => ((TimeSpan)value).TotalSeconds);

    public static SettingValue Of(PropertyInfo property)
    {
        var type = Nullable.GetUnderlyingType(property.PropertyType) ?? property.PropertyType;
        return type == typeof(bool) ? Flag
            : type == typeof(int) ? Whole
            : type == typeof(long) ? LongWhole
            : type == typeof(double) ? Real
            : type == typeof(TimeSpan) ? Seconds
            : type == typeof(string) ? Text
            : type.IsEnum ? OneOf(type)
            : throw new InvalidOperationException($"{property.DeclaringType!.Name}.{property.Name}: a setting can't be of type {type.Name}.");
    }

    private static SettingValue OneOf(Type type) => new(
        $"one of {string.Join(", ", Enum.GetNames(type))}",
        // Enum.TryParse takes any number, too: only names count.
        (string text, out object? value) => Hold(
            Enum.TryParse(type, text, ignoreCase: true, out var found) && Enum.GetNames(type).Contains(text, StringComparer.OrdinalIgnoreCase), found, out value),
        Plain,
        NotANumber);

    private static bool ReadFlag(string text, out object? value)
    {
        value = text switch
        {
            "1" => true,
            "0" => false,
            _ => bool.TryParse(text, out var flag) ? flag : null,
        };
        return value is not null;
    }

    private static bool ReadText(string text, out object? value)
    {
        value = text;
        return true;
    }

    private static bool ReadSeconds(string text, out object? value)
    {
        var valid = double.TryParse(text, NumberStyles.Float, Culture, out var seconds) && Math.Abs(seconds) <= TimeSpan.MaxValue.TotalSeconds / 2;
        value = valid ? TimeSpan.FromSeconds(seconds) : null;
        return valid;
    }

    private static bool Hold<T>(bool valid, T read, out object? value)
    {
        value = valid ? read : null;
        return valid;
    }

    private static string Plain(object value) => Convert.ToString(value, Culture)!;

    private static double NotANumber(object value) => throw new InvalidOperationException($"A [Range] makes no sense on a {value.GetType().Name}.");
}
