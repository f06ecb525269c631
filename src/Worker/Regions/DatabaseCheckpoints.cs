using Swath.Contracts;
using Swath.Persistence.Outages;
using Swath.Persistence.TileResults;

namespace Swath.Worker.Regions;

/// <summary>Checkpoints in <c>tile_results</c>. While the database is away they wait: what a model has answered is not asked again.</summary>
internal sealed class DatabaseCheckpoints(TileResultStore store, DatabaseReturn database) : ITileCheckpoints
{
    public async Task<IReadOnlyDictionary<PixelWindow, FinishedTile>> FinishedAsync(Guid jobId, int regionId, CancellationToken cancellationToken)
    {
        var finished = await database.PatientlyAsync(token => store.FinishedAsync(jobId, regionId, token), cancellationToken);
        return finished.Where(tile => tile.Failure is null).ToDictionary(tile => tile.Window);
    }

    public Task SaveAsync(Guid jobId, int regionId, int attempt, IReadOnlyList<TileOutcome> tiles, CancellationToken cancellationToken)
    {
        List<TileResult> results =
        [
            .. tiles.Select(tile => new TileResult
            {
                JobId = jobId,
                RegionId = regionId,
                Attempt = attempt,
                Window = tile.Window,
                Features = tile.Features,
                Payload = tile.Payload,
                Skipped = tile.Skipped,
                Dropped = tile.Dropped,
                DroppedReason = tile.DroppedReason?.Replace("\0", "", StringComparison.Ordinal),

                // PostgreSQL's text holds no NUL; a library's message may.
                Failure = tile.Failure?.Replace("\0", "", StringComparison.Ordinal),
            }),
        ];
        return database.PatientlyAsync(token => store.SaveAsync(results, token), cancellationToken);
    }
}
