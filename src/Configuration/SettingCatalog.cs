using System.Reflection;

namespace Swath.Configuration;

/// <summary>What can be set, read from the options types themselves.</summary>
public static class SettingCatalog
{
    /// <summary>
    /// Settings that other runners of this kind have and Swath has not: set, they do nothing, and a warning says so.
    /// </summary>
    public static IReadOnlyList<string> Unrecognised { get; } =
        ["SM_SELF_THROTTLING", "THROTTLING_SCALE_FACTOR", "WORKERS_PER_CPU", "THROTTLING_RETRY_TIMEOUT"];

    /// <summary>The settings of one options type, in the order of its properties.</summary>
    /// <exception cref="InvalidOperationException">A property has a type that no setting can have, or a default outside of its own range.</exception>
    public static IReadOnlyList<Setting> Of(Type options)
    {
        ArgumentNullException.ThrowIfNull(options);
        var defaults = Activator.CreateInstance(options)!;
        return options.GetProperties()
            .Select(property => (Property: property, Attribute: property.GetCustomAttribute<SettingAttribute>()))
            .Where(found => found.Attribute is not null)
            .Select(found => Checked(new Setting(found.Property, found.Attribute!, defaults)))
            .ToList();
    }

    /// <summary>
    /// The settings of several options types, by name. One that several types read (each for its own room) is listed once.
    /// </summary>
    /// <exception cref="InvalidOperationException">Two types disagree about a setting's default or limits.</exception>
    public static IReadOnlyList<Setting> Of(IEnumerable<Type> options) => options
        .SelectMany(Of)
        .GroupBy(setting => setting.Name, StringComparer.Ordinal)
        .Select(OnlyOne)
        .OrderBy(setting => setting.Name, StringComparer.Ordinal)
        .ToList();

    private static Setting Checked(Setting setting)
        => setting.Default is null or "" || setting.TryRead(setting.DefaultText, out _)
            ? setting
            : throw new InvalidOperationException($"{setting.Options.Name}: the default of {setting.Name}, {setting.DefaultText}, is not {setting.Allowed}.");

    private static Setting OnlyOne(IGrouping<string, Setting> same)
    {
        var first = same.First();
        var other = same.FirstOrDefault(setting => setting.DefaultText != first.DefaultText || setting.Allowed != first.Allowed);
        return other is null
            ? first
            : throw new InvalidOperationException($"{first.Options.Name} and {other.Options.Name} disagree about {same.Key}: give both the same default and range.");
    }
}
