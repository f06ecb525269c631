namespace Swath.Configuration;

/// <summary>
/// Names the setting behind an option: an environment variable, and a key of the same name in appsettings.json. The property's initial value
/// is the default, <c>[Range]</c> its limits, <c>[Description]</c> its documentation. Types: bool (True, False, 1, 0), int, long, double,
/// <see cref="TimeSpan"/> (written in seconds; so is its range), enums by name, string, and the nullable ones of these.
/// </summary>
/// <param name="name">The variable's name, such as REGION_SIZE.</param>
[AttributeUsage(AttributeTargets.Property)]
public sealed class SettingAttribute(string name) : Attribute
{
    /// <summary>The variable's name.</summary>
    public string Name { get; } = name;
}
