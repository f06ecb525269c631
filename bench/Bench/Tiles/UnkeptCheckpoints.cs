using Swath.Contracts;
using Swath.Worker.Regions;

namespace Swath.Bench.Tiles;

/// <summary>Keeps nothing: the database is measured elsewhere.</summary>
internal sealed class UnkeptCheckpoints : ITileCheckpoints
{
    public Task<IReadOnlyDictionary<PixelWindow, int>> FinishedAsync(Guid jobId, int regionId, CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyDictionary<PixelWindow, int>>(new Dictionary<PixelWindow, int>());

    public Task SaveAsync(Guid jobId, int regionId, int attempt, IReadOnlyList<TileOutcome> tiles, CancellationToken cancellationToken) => Task.CompletedTask;
}
