using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Swath.Endpoints;

public static class EndpointsRegistration
{
    /// <summary>Adds model endpoints, capacity estimates and variant selection. The host binds <see cref="EndpointsOptions"/> and adds logging.</summary>
    public static IServiceCollection AddSwathEndpoints(this IServiceCollection services)
    {
        services.AddOptions<EndpointsOptions>();
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton<IModelEndpointFactory, ModelEndpointFactory>();
        services.TryAddSingleton<ICapacityEstimator, CapacityEstimator>();
        services.TryAddSingleton<IVariantSelector, VariantSelector>();
        return services;
    }
}
