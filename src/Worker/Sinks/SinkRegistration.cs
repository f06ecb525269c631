using Amazon.S3;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Swath.Access;
using Swath.Imaging;
using Swath.Worker.Sinks.S3;

namespace Swath.Worker.Sinks;

/// <summary>Registers the outputs.</summary>
public static class SinkRegistration
{
    /// <summary>Adds the outputs that a job may have. Needs the AWS clients of the endpoints' room.</summary>
    public static IServiceCollection AddSwathSinks(this IServiceCollection services)
    {
        services.TryAddSingleton(TimeProvider.System);
        services.AddSwathAccess();
        services.AddSwathImaging();
        services.TryAddSingleton(_ => new S3Connection(() => new AmazonS3Config()));
        services.TryAddSingleton<IFeatureSinkFactory, FeatureSinkFactory>();
        services.TryAddSingleton<OutputProbe>();
        return services;
    }
}
