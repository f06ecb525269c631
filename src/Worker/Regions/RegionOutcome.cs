using Swath.Contracts;

namespace Swath.Worker.Regions;

/// <summary>How the work on a region ended.</summary>
public abstract record RegionOutcome
{
    private RegionOutcome()
    {
    }

    /// <summary>Every tile was tried.</summary>
    /// <param name="TilesDone">Tiles that were processed, by this or an earlier attempt.</param>
    /// <param name="FailedTiles">Tiles that could not be.</param>
    /// <param name="Features">Features of all processed tiles, before distillation.</param>
    /// <param name="TilesSkipped">Those of the processed tiles that were blank: no model was asked.</param>
    public sealed record Completed(int TilesDone, IReadOnlyList<TileFailure> FailedTiles, long Features, int TilesSkipped = 0) : RegionOutcome;

    /// <summary>No tile can be processed, or none could be; another try would end in the same way.</summary>
    public sealed record Failed(string Reason) : RegionOutcome;

    /// <summary>The worker was asked to stop: what was begun is checkpointed, the rest waits for the next attempt.</summary>
    public sealed record Stopped(int TilesLeft) : RegionOutcome;
}
