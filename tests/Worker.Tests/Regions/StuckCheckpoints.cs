using Swath.Contracts;
using Swath.Persistence.TileResults;
using Swath.Worker.Regions;

namespace Swath.Worker.Tests.Regions;

/// <summary>Stands for any library that does not return, and does not hear that it is told to.</summary>
internal sealed class StuckCheckpoints : ITileCheckpoints
{
    public Task<IReadOnlyDictionary<PixelWindow, FinishedTile>> FinishedAsync(Guid jobId, int regionId, CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyDictionary<PixelWindow, FinishedTile>>(new Dictionary<PixelWindow, FinishedTile>());

    public Task SaveAsync(Guid jobId, int regionId, int attempt, IReadOnlyList<TileOutcome> tiles, CancellationToken cancellationToken) =>
        new TaskCompletionSource().Task;
}
