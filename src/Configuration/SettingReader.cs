using System.Collections.Concurrent;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging;

namespace Swath.Configuration;

/// <summary>Fills options from the configuration. What is invalid is warned of once and replaced by its default.</summary>
internal sealed class SettingReader
{
    private readonly IConfiguration? _configuration;
    private readonly ILogger _logger;

    // The invalid value that was last warned of, by setting: reloads and further options types stay quiet until it changes.
    private readonly ConcurrentDictionary<string, string> _warnedOf = new(StringComparer.Ordinal);

    public SettingReader(IConfiguration? configuration, ILogger logger)
    {
        _configuration = configuration;
        _logger = logger;
        foreach (var name in SettingCatalog.Unrecognised.Where(name => !string.IsNullOrEmpty(configuration?[name])))
            _logger.LogWarning("{Setting} is set, but Swath has no such setting: it does nothing", name);
    }

    public void Fill(object options)
    {
        foreach (var setting in SettingCatalog.Of(options.GetType()))
        {
            // Set but empty is the shell's way to say not set.
            if (_configuration?[setting.Name] is not { } text || string.IsNullOrWhiteSpace(text))
                continue;
            if (setting.TryRead(text, out var value))
            {
                _warnedOf.TryRemove(setting.Name, out _);
                setting.Fill(options, value);
                continue;
            }

            setting.Fill(options, setting.Default);
            if (IsNews(setting.Name, text))
            {
                _logger.LogWarning(
                    "{Setting} is '{Value}', but must be {Allowed}: using the default, {Default}", setting.Name, text, setting.Allowed, setting.DefaultText);
            }
        }
    }

    private bool IsNews(string name, string text)
    {
        var isNews = false;
        _warnedOf.AddOrUpdate(
            name,
            _ =>
            {
                isNews = true;
                return text;
            },
            (_, before) =>
            {
                isNews = before != text;
                return text;
            });
        return isNews;
    }
}
