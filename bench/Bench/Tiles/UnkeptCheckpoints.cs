using Swath.Contracts;
using Swath.Persistence.TileResults;
using Swath.Worker.Regions;

namespace Swath.Bench.Tiles;

/// <summary>Keeps nothing: the database is measured elsewhere.</summary>
internal sealed class UnkeptCheckpoints : ITileCheckpoints
{
    public Task<IReadOnlyDictionary<PixelWindow, FinishedTile>> FinishedAsync(Guid jobId, int regionId, CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyDictionary<PixelWindow, FinishedTile>>(new Dictionary<PixelWindow, FinishedTile>());

    public Task SaveAsync(Guid jobId, int regionId, int attempt, IReadOnlyList<TileOutcome> tiles, CancellationToken cancellationToken) => Task.CompletedTask;
}
