using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using Swath.Configuration;
using Swath.Imaging.Locating;
using Swath.Imaging.Remote;

namespace Swath.Imaging;

/// <summary>Puts the Imaging room into a process.</summary>
public static class ImagingRegistration
{
    /// <summary>Offers <see cref="ImageAccess"/>, with <see cref="IImageReadRoles"/> where the process registers one. May be called more than once.</summary>
    public static IServiceCollection AddSwathImaging(this IServiceCollection services)
    {
        services.AddSwathOptions<ImagingLimits>();
        services.AddSwathOptions<RemoteImageOptions>();
        services.AddSwathOptions<LocatingOptions>();
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton(provider => new ImageAccess(
            () => provider.GetRequiredService<IOptionsMonitor<ImagingLimits>>().CurrentValue,
            () => provider.GetRequiredService<IOptionsMonitor<RemoteImageOptions>>().CurrentValue,
            provider.GetRequiredService<TimeProvider>(),
            provider.GetService<IImageReadRoles>(),
            () => provider.GetRequiredService<IOptionsMonitor<LocatingOptions>>().CurrentValue));
        return services;
    }
}
