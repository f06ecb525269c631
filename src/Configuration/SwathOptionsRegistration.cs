using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace Swath.Configuration;

/// <summary>Registers a room's options.</summary>
public static class SwathOptionsRegistration
{
    /// <summary>
    /// Offers <typeparamref name="TOptions"/> as <c>IOptions</c> and <c>IOptionsMonitor</c>, filled from the <see cref="IConfiguration"/> of the container
    /// by the <see cref="SettingAttribute"/>s of its properties. An invalid value falls back to the default with one warning; a reload of the
    /// configuration shows in <c>IOptionsMonitor.CurrentValue</c>. May be called more than once.
    /// </summary>
    public static IServiceCollection AddSwathOptions<TOptions>(this IServiceCollection services)
        where TOptions : class, new()
    {
        services.AddOptions();
        services.TryAddSingleton(provider => new SettingReader(
            provider.GetService<IConfiguration>(),
            provider.GetService<ILoggerFactory>()?.CreateLogger("Swath.Configuration") ?? NullLogger.Instance));
        if (services.Any(service => service.ServiceType == typeof(SettingOptions<TOptions>)))
            return services;
        services.AddSingleton(provider => new SettingOptions<TOptions>(provider.GetRequiredService<SettingReader>(), provider.GetService<IConfiguration>()));
        // First of all: what the host or a test configures in code comes later and wins.
        services.Insert(0, ServiceDescriptor.Singleton<IConfigureOptions<TOptions>>(provider => provider.GetRequiredService<SettingOptions<TOptions>>()));
        services.AddSingleton<IOptionsChangeTokenSource<TOptions>>(provider => provider.GetRequiredService<SettingOptions<TOptions>>());
        return services;
    }
}
