using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using System.Globalization;
using System.Reflection;

namespace Swath.Configuration;

/// <summary>One setting: a name, what it may be, and the option that it fills.</summary>
public sealed class Setting
{
    private readonly PropertyInfo _property;
    private readonly RangeAttribute? _range;
    private readonly SettingValue _kind;

    internal Setting(PropertyInfo property, SettingAttribute attribute, object defaults)
    {
        _property = property;
        _range = property.GetCustomAttribute<RangeAttribute>();
        _kind = SettingValue.Of(property);
        Name = attribute.Name;
        Description = property.GetCustomAttribute<DescriptionAttribute>()?.Description ?? "";
        Default = property.GetValue(defaults);
        Options = property.DeclaringType!;
    }

    /// <summary>The environment variable and appsettings key.</summary>
    public string Name { get; }

    /// <summary>What it does, from the property's <c>[Description]</c>; empty when it has none.</summary>
    public string Description { get; }

    /// <summary>The value when nothing, or nothing valid, is set.</summary>
    public object? Default { get; }

    /// <summary>The default as one would write it; "none" when it is null or empty.</summary>
    public string DefaultText => Default is null or "" ? "none" : _kind.Write(Default);

    /// <summary>The options type that it belongs to.</summary>
    public Type Options { get; }

    /// <summary>What it may be, such as "a whole number of at least 1".</summary>
    public string Allowed => _range is null ? _kind.Noun : $"{_kind.Noun} {Limits(_range)}";

    /// <summary>Reads a written value.</summary>
    /// <param name="text">What was set.</param>
    /// <param name="value">The value, when valid.</param>
    /// <returns>Whether the text is of the setting's type and within its range.</returns>
    public bool TryRead(string text, out object? value)
        => _kind.TryRead(text.Trim(), out value) && (_range is null || IsWithin(_kind.Number(value!), _range));

    internal void Fill(object options, object? value) => _property.SetValue(options, value);

    private static bool IsWithin(double number, RangeAttribute range)
    {
        var (least, most) = (ToNumber(range.Minimum), ToNumber(range.Maximum));
        return (range.MinimumIsExclusive ? number > least : number >= least) && (range.MaximumIsExclusive ? number < most : number <= most);
    }

    private static string Limits(RangeAttribute range)
    {
        var least = $"{(range.MinimumIsExclusive ? "above" : "of at least")} {Write(range.Minimum)}";
        var most = $"{(range.MaximumIsExclusive ? "below" : "at most")} {Write(range.Maximum)}";
        var open = ToNumber(range.Maximum) is int.MaxValue or >= long.MaxValue;
        return open ? least : $"{least} and {most}";
    }

    private static string Write(object limit) => ToNumber(limit).ToString(CultureInfo.InvariantCulture);

    private static double ToNumber(object limit) => Convert.ToDouble(limit, CultureInfo.InvariantCulture);
}
