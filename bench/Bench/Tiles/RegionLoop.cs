using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Swath.Access;
using Swath.Contracts;
using Swath.Endpoints;
using Swath.Imaging;
using Swath.Worker;
using Swath.Worker.Regions;

namespace Swath.Bench.Tiles;

/// <summary>A worker's region loop without a worker around it: nothing is kept, nobody is told.</summary>
internal sealed class RegionLoop : IAsyncDisposable
{
    private readonly ServiceProvider _services = new ServiceCollection().AddLogging().AddSwathEndpoints().AddSwathImaging().AddSwathAccess()
        .Configure<AccessOptions>(access => (access.ImageRoots, access.EndpointHosts, access.EndpointInternalAddresses) = ("/", "*", true)).BuildServiceProvider();

    public IModelEndpoint Client(ModelEndpoint endpoint) => _services.GetRequiredService<IModelEndpointFactory>().Create(endpoint, null);

    /// <summary>Processes a part of an image as one region, of a grid of tiles that may be larger.</summary>
    /// <returns>How many tiles it had.</returns>
    /// <exception cref="InvalidOperationException">Tiles failed.</exception>
    public async Task<int> RunAsync(string image, PixelWindow area, TileOptions tile, ModelEndpoint endpoint, int workers, PixelWindow? grid = null)
    {
        var processor = new RegionProcessor(
            _services.GetRequiredService<IModelEndpointFactory>(), new UnkeptCheckpoints(), _services.GetRequiredService<ImageAccess>(), _services.GetRequiredService<GrantSettings>(),
            _services.GetRequiredService<IOptionsMonitor<WorkerOptions>>(), TimeProvider.System, NullLogger<RegionProcessor>.Instance);
        var work = new ProcessRegion
        {
            JobId = Guid.NewGuid(),
            Region = new ImageRegion(0, area, 1) { Grid = grid },
            WorkerId = "bench",
            Attempt = 1,
            ImageUrl = image,
            Endpoint = endpoint,
            Tile = tile,
            TileWorkers = workers,
        };
        return await processor.ProcessAsync(work, default, default) is RegionOutcome.Completed { FailedTiles.Count: 0 } completed
            ? completed.TilesDone
            : throw new InvalidOperationException("Tiles failed: what was measured says nothing.");
    }

    public ValueTask DisposeAsync() => _services.DisposeAsync();
}
