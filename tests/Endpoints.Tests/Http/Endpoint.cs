using System.Text;
using Microsoft.Extensions.DependencyInjection;
using Swath.Contracts;

namespace Swath.Endpoints.Tests.Http;

/// <summary>The endpoint under test, made as the host makes it.</summary>
internal static class Endpoint
{
    public static readonly EncodedPayload Tile = new(Encoding.ASCII.GetBytes("tile bytes"), "image/tiff", new PixelWindow(2048, 0, 512, 512));

    public const string Nothing = """{"type":"FeatureCollection","features":[]}""";

    public static ServiceProvider Services(Action<EndpointsOptions>? configure = null, TimeProvider? time = null)
    {
        var services = new ServiceCollection().AddLogging();
        if (time is not null)
            services.AddSingleton(time);
        services.AddSwathEndpoints();
        services.Configure<EndpointsOptions>(options =>
        {
            options.RetryDelaySeconds = 0.001;
            options.MaxRetryDelaySeconds = 0.005;
            options.MaxAttempts = 3;
            configure?.Invoke(options);
        });
        return services.BuildServiceProvider();
    }

    public static async Task<IReadOnlyList<Detection>> InvokeAsync(
        string url, Action<EndpointsOptions>? configure = null, TimeProvider? time = null, IReadOnlyDictionary<string, string>? parameters = null)
    {
        await using var services = Services(configure, time);
        var request = new ModelEndpoint { Name = url, Parameters = parameters ?? new Dictionary<string, string>() };
        return (await services.GetRequiredService<IModelEndpointFactory>().Create(request, null).InvokeAsync(Tile, CancellationToken.None)).Detections;
    }

    public static Task<InvocationException> FailAsync(string url, Action<EndpointsOptions>? configure = null, TimeProvider? time = null) =>
        Assert.ThrowsAsync<InvocationException>(() => InvokeAsync(url, configure, time));
}
