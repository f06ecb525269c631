using Swath.Contracts;
using Swath.Persistence.TileResults;

namespace Swath.Worker.Regions;

/// <summary>Counts a region's checkpointed tiles. One thread at a time.</summary>
internal sealed class RegionTally
{
    private readonly List<TileFailure> _failures = [];
    private int _done;
    private int _skipped;
    private long _features;

    /// <param name="finished">The tiles that were finished before.</param>
    public RegionTally(IEnumerable<FinishedTile> finished)
    {
        foreach (var tile in finished)
            Count(tile.Features, tile.Skipped);
    }

    public void Add(TileOutcome outcome)
    {
        if (outcome.Failure is { } reason)
        {
            _failures.Add(new TileFailure(outcome.Window, reason));
            return;
        }

        Count(outcome.Features, outcome.Skipped);
    }

    /// <param name="tiles">How many the region has.</param>
    public RegionOutcome Outcome(int tiles)
    {
        var left = tiles - _done - _failures.Count;
        if (left > 0)
            return new RegionOutcome.Stopped(left);
        if (_done == 0 && _failures.Count > 0)
            return new RegionOutcome.Failed(_failures.Count == 1
                ? $"Its only tile failed: {_failures[0].Reason}"
                : $"All {_failures.Count} tiles failed, the first one: {_failures[0].Reason}");
        _failures.Sort((a, b) => (a.Window.Y, a.Window.X).CompareTo((b.Window.Y, b.Window.X)));
        return new RegionOutcome.Completed(_done, _failures, _features, _skipped);
    }

    private void Count(int features, bool skipped)
    {
        _done++;
        _features += features;
        if (skipped)
            _skipped++;
    }
}
