using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Swath.Access;
using Swath.Contracts;
using Swath.Endpoints;
using Swath.Imaging;
using Swath.Imaging.Remote;
using Swath.Testing;
using Swath.Worker.Regions;

namespace Swath.Worker.Tests.Regions;

/// <summary>A region processor on a real image and a real HTTP model.</summary>
internal sealed class RegionRig : IAsyncDisposable
{
    private readonly ServiceProvider _services;

    private RegionRig(TestImage image, ModelServer model, ITileCheckpoints checkpoints)
    {
        Image = image;
        Model = model;
        _services = new ServiceCollection()
            .AddLogging()
            .AddSwathEndpoints()
            .AddSwathImaging()
            .AddWideAccess()
            .Configure<EndpointsOptions>(o => (o.MaxAttempts, o.RetryDelaySeconds) = (2, 0.001))
            .Configure<RemoteImageOptions>(o => (o.HttpHosts, o.HttpPlain, o.HttpInternalAddresses, o.Retries) = ("127.0.0.1:1", true, true, 0))
            .Configure<WorkerOptions>(o => (o.ReadersPerRegion, o.ReadAhead) = (2, 1))
            .BuildServiceProvider();
        Processor = new RegionProcessor(
            _services.GetRequiredService<IModelEndpointFactory>(), checkpoints, _services.GetRequiredService<ImageAccess>(), _services.GetRequiredService<GrantSettings>(),
            _services.GetRequiredService<IOptionsMonitor<WorkerOptions>>(), TimeProvider.System, NullLogger<RegionProcessor>.Instance);
    }

    public TestImage Image { get; }

    public ModelServer Model { get; }

    public RegionProcessor Processor { get; }

    public static RegionRig Start(ITileCheckpoints checkpoints, int size = 300, int blankRows = 0) =>
        new(TestImage.Create(size, blankRows: blankRows), new ModelServer(), checkpoints);

    public ProcessRegion Work(int tileSize = 100, int overlap = 0, int tileWorkers = 3) => new()
    {
        JobId = Guid.NewGuid(),
        Region = new ImageRegion(0, Image.Window, 1),
        WorkerId = "w",
        Attempt = 1,
        ImageUrl = Image.Path,
        Endpoint = Model.Endpoint,
        Tile = new TileOptions { Size = tileSize, Overlap = overlap },
        TileWorkers = tileWorkers,
    };

    public Task<RegionOutcome> RunAsync(ProcessRegion work, CancellationToken drain = default, CancellationToken cancel = default) =>
        Processor.ProcessAsync(work, drain, cancel);

    public async ValueTask DisposeAsync()
    {
        await Model.DisposeAsync();
        await _services.DisposeAsync();
        Image.Dispose();
    }
}
