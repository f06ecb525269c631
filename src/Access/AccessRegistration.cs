using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using Swath.Configuration;

namespace Swath.Access;

/// <summary>Puts the settings of what jobs may do into a process.</summary>
public static class AccessRegistration
{
    /// <summary>Offers <see cref="GrantSettings"/>. May be called more than once.</summary>
    public static IServiceCollection AddSwathAccess(this IServiceCollection services)
    {
        services.AddSwathOptions<AccessOptions>();
        services.TryAddSingleton(provider => new GrantSettings(
            provider.GetRequiredService<IOptionsMonitor<AccessOptions>>(), provider.GetService<IConfiguration>()));
        return services;
    }
}
