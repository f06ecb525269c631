using Swath.Contracts;
using Swath.Persistence.TileResults;

namespace Swath.Worker.Regions;

/// <summary>Where finished tiles are kept, so that a region that was interrupted goes on where it stopped.</summary>
public interface ITileCheckpoints
{
    /// <summary>The tiles of a region that were processed before, by any attempt. Failed tiles are not among them: they are tried again.</summary>
    Task<IReadOnlyDictionary<PixelWindow, FinishedTile>> FinishedAsync(Guid jobId, int regionId, CancellationToken cancellationToken);

    /// <summary>Keeps tiles, durably when it returns. An older attempt never overwrites a newer one.</summary>
    Task SaveAsync(Guid jobId, int regionId, int attempt, IReadOnlyList<TileOutcome> tiles, CancellationToken cancellationToken);
}
