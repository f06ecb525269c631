using System.Diagnostics.Metrics;
using Amazon.Runtime;
using Amazon.SecurityToken;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Swath.Contracts;
using Swath.Endpoints.Aws;
using Swath.Endpoints.SageMaker;
using Swath.Endpoints.Tests.Aws;
using Swath.Testing;

namespace Swath.Endpoints.Tests.SageMaker;

/// <summary>The room as the host makes it, with the stand-in for SageMaker and a clock that the test moves.</summary>
internal sealed class SageMakerRig : IAsyncDisposable
{
    private readonly ServiceProvider _services;
    private readonly MeterListener _listener = new();
    private int _apiErrors;

    private SageMakerRig(StandInSageMaker server, string secret, Random? random, StandInSts? sts)
    {
        Server = server;
        var services = new ServiceCollection()
            .AddLogging(logging => logging.SetMinimumLevel(LogLevel.Trace).AddProvider(Log))
            .AddSingleton<TimeProvider>(Clock)
            .AddSingleton(new SageMakerConnection(() => Config(server, secret)));
        if (sts is not null)
            services.AddSingleton(new SecurityTokens(() => ConfigOf(sts)));
        if (random is not null)
            services.AddSingleton(random);
        _services = services.AddSwathEndpoints().BuildServiceProvider();
        _services.GetRequiredService<EndpointsMetrics>();
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument is { Name: "scheduler.endpoint_api_errors", Meter.Name: EndpointsMetrics.MeterName })
                listener.EnableMeasurementEvents(instrument, this);
        };
        _listener.SetMeasurementEventCallback<long>((_, value, tags, _) =>
        {
            // Meters are the process's: only this rig's endpoints count.
            foreach (var tag in tags)
            {
                if (tag.Key == "endpoint" && (string?)tag.Value == Name)
                    Interlocked.Add(ref _apiErrors, (int)value);
            }
        });
        _listener.Start();
    }

    /// <summary>An endpoint's name that no other test uses.</summary>
    public string Name { get; } = "ships-" + Guid.NewGuid().ToString("N");

    public StandInSageMaker Server { get; }

    public FakeTimeProvider Clock { get; } = new();

    public LogLines Log { get; } = new();

    public int ApiErrors => Volatile.Read(ref _apiErrors);

    public ICapacityEstimator Estimator => _services.GetRequiredService<ICapacityEstimator>();

    public IVariantSelector Selector => _services.GetRequiredService<IVariantSelector>();

    public EndpointsOptions Options => _services.GetRequiredService<IOptionsMonitor<EndpointsOptions>>().CurrentValue;

    public static SageMakerRig Start(string secret = StandInSageMaker.Secret, Random? random = null, StandInSts? sts = null) =>
        new(new StandInSageMaker(), secret, random, sts);

    public async Task<int> CapacityAsync(string? variant = null) => (await EstimateAsync(variant)).MaxCapacity;

    public async Task<EndpointCapacity> EstimateAsync(string? variant = null, CancellationToken cancellationToken = default) =>
        await Estimator.EstimateAsync(Name, EndpointType.SageMaker, variant, null, cancellationToken);

    public async Task<string?> SelectAsync(string? target = null) =>
        await Selector.SelectAsync(new ModelEndpoint { Name = Name, Type = EndpointType.SageMaker, TargetVariant = target }, default);

    public Task<InvocationException> RefusedAsync(string? variant = null) =>
        Assert.ThrowsAsync<InvocationException>(async () => await EstimateAsync(variant));

    public int Described => Server.Calls("SageMaker.DescribeEndpoint");

    public async ValueTask DisposeAsync()
    {
        _listener.Dispose();
        await _services.DisposeAsync();
        await Server.DisposeAsync();
        Assert.All(Server.SignatureProblems, problem => Assert.Fail(problem));
    }

    private static AmazonSecurityTokenServiceConfig ConfigOf(StandInSts sts) => new()
    {
        ServiceURL = sts.Url,
        AuthenticationRegion = StandInSts.Region,
        MaxErrorRetry = 0,
        DefaultAWSCredentials = new BasicAWSCredentials(StandInSageMaker.AccessKey, StandInSageMaker.Secret),
    };

    private static SageMakerConfig Config(StandInSageMaker server, string secret) => new()
    {
        ServiceURL = server.Url,
        AuthenticationRegion = StandInSageMaker.Region,
        DefaultAWSCredentials = new BasicAWSCredentials(StandInSageMaker.AccessKey, secret),
    };
}
