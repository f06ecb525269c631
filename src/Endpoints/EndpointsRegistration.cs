using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Swath.Configuration;

namespace Swath.Endpoints;

public static class EndpointsRegistration
{
    /// <summary>Adds model endpoints, capacity estimates and variant selection. Needs logging.</summary>
    public static IServiceCollection AddSwathEndpoints(this IServiceCollection services)
    {
        services.AddSwathOptions<EndpointsOptions>();
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton<IModelEndpointFactory, ModelEndpointFactory>();
        services.TryAddSingleton<ICapacityEstimator, CapacityEstimator>();
        services.TryAddSingleton<IVariantSelector, VariantSelector>();
        return services;
    }
}
