using System.Text;

namespace Swath.Configuration;

/// <summary>The part of docs/configuration.md that the options themselves know.</summary>
public static class SettingsPage
{
    /// <summary>A markdown table of every setting of these options types, by name: name, default, what it may be, what it does.</summary>
    public static string Render(IEnumerable<Type> options)
    {
        var page = new StringBuilder("| setting | default | may be | what it does |\n| --- | --- | --- | --- |\n");
        foreach (var setting in SettingCatalog.Of(options))
            page.Append($"| `{setting.Name}` | {setting.DefaultText} | {Cell(setting.Allowed)} | {Cell(setting.Description)} |\n");
        return page.ToString();
    }

    private static string Cell(string text) => text.Replace("|", "\\|", StringComparison.Ordinal).ReplaceLineEndings(" ");
}
