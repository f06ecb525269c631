using Microsoft.Extensions.DependencyInjection;
using Swath.Access;

namespace Swath.Testing;

/// <summary>What tests of other things than access permit: every file, every host.</summary>
public static class WideAccess
{
    /// <summary>For what is made by hand.</summary>
    public static GrantSettings Settings { get; } = new ServiceCollection().AddWideAccess().BuildServiceProvider().GetRequiredService<GrantSettings>();

    /// <summary>Permits all to requests, and to jobs without grants of their own.</summary>
    public static IServiceCollection AddWideAccess(this IServiceCollection services) => services.AddSwathAccess().Configure<AccessOptions>(access =>
    {
        (access.ImageRoots, access.OutputRoots) = ("/", "/");
        (access.ImageHosts, access.ImageInternalAddresses) = ("*", true);
        (access.EndpointHosts, access.EndpointInternalAddresses) = ("*", true);
    });
}
