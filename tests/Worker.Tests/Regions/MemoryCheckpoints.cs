using Swath.Contracts;
using Swath.Persistence.TileResults;
using Swath.Worker.Regions;

namespace Swath.Worker.Tests.Regions;

/// <summary>Checkpoints without a database, for tests of the loop itself.</summary>
internal sealed class MemoryCheckpoints : ITileCheckpoints
{
    private readonly Lock _gate = new();
    private readonly Dictionary<PixelWindow, TileOutcome> _tiles = [];

    public IReadOnlyList<TileOutcome> Tiles
    {
        get
        {
            lock (_gate)
                return [.. _tiles.Values];
        }
    }

    public void Clear()
    {
        lock (_gate)
            _tiles.Clear();
    }

    public Task<IReadOnlyDictionary<PixelWindow, FinishedTile>> FinishedAsync(Guid jobId, int regionId, CancellationToken cancellationToken)
    {
        lock (_gate)
            return Task.FromResult<IReadOnlyDictionary<PixelWindow, FinishedTile>>(_tiles.Values.Where(t => t.Failure is null).ToDictionary(t => t.Window, t => new FinishedTile(t.Window, t.Features, null, t.Skipped)));
    }

    public Task SaveAsync(Guid jobId, int regionId, int attempt, IReadOnlyList<TileOutcome> tiles, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            foreach (var tile in tiles)
                _tiles[tile.Window] = tile;
        }

        return Task.CompletedTask;
    }
}
