using Amazon.SecurityToken;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using Swath.Configuration;
using Swath.Endpoints.Aws;
using Swath.Endpoints.Aws.Kinesis;
using Swath.Endpoints.Describing;
using Swath.Endpoints.SageMaker;

namespace Swath.Endpoints;

public static class EndpointsRegistration
{
    /// <summary>Adds model endpoints, capacity estimates and variant selection. Needs logging.</summary>
    public static IServiceCollection AddSwathEndpoints(this IServiceCollection services)
    {
        services.AddSwathOptions<EndpointsOptions>();
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton(_ => new SecurityTokens(() => new AmazonSecurityTokenServiceConfig()));
        services.TryAddSingleton<AssumedRoles>();
        services.TryAddSingleton<IAssumedRoles>(provider => provider.GetRequiredService<AssumedRoles>());
        services.TryAddSingleton<IKinesisStreams>(_ => new KinesisStreams(() => new KinesisConfig()));
        services.TryAddSingleton(provider => new SageMakerRuntime(
            () => new SageMakerRuntimeConfig(), provider.GetRequiredService<AssumedRoles>(), provider.GetRequiredService<TimeProvider>()));
        services.TryAddSingleton<IModelEndpointFactory, ModelEndpointFactory>();
        services.TryAddSingleton<EndpointsMetrics>();
        services.TryAddSingleton(provider => new SageMakerConnection(() => Configure(provider)));
        services.TryAddSingleton<EndpointDescriber>();
        services.TryAddSingleton<EndpointDescriptions>();
        services.TryAddSingleton<ICapacityEstimator, EndpointCapacityEstimator>();
        services.TryAddSingleton<IVariantSelector>(provider => new EndpointVariantSelector(
            provider.GetRequiredService<EndpointDescriptions>(), provider.GetService<Random>() ?? Random.Shared));
        return services;
    }

    private static SageMakerConfig Configure(IServiceProvider provider)
    {
        var options = provider.GetRequiredService<IOptionsMonitor<EndpointsOptions>>().CurrentValue;
        return new SageMakerConfig
        {
            ConnectTimeout = TimeSpan.FromSeconds(options.ConnectTimeoutSeconds),
            // A description is a small answer: longer means that nobody is there.
            Timeout = TimeSpan.FromSeconds(Math.Min(options.TimeoutSeconds, 10)),
        };
    }
}
