using System.Text;
using Swath.Contracts;
using Swath.Persistence.TileResults;
using Swath.Worker.Distillation;
using Swath.Worker.Features;

namespace Swath.Worker.Assembly;

/// <summary>What the first reading of a job's checkpoints leaves in memory: its tiles, and the boxes of its features.</summary>
internal sealed class TileIndex
{
    private const int MostDroppedReasons = 3;

    private readonly List<PixelWindow> _windows = [];
    private readonly List<string> _droppedReasons = [];
    private readonly List<TileFailure> _failures = [];
    private readonly List<DistillationCandidate> _candidates = [];
    private readonly Dictionary<(int Region, PixelWindow Window), (int First, int Count)> _places = [];
    private readonly Dictionary<string, int> _classes = new(StringComparer.Ordinal);
    private readonly Dictionary<string, int>.AlternateLookup<ReadOnlySpan<char>> _classLookup;

    public TileIndex() => _classLookup = _classes.GetAlternateLookup<ReadOnlySpan<char>>();

    public IReadOnlyList<TileFailure> Failures => _failures;

    public IReadOnlyList<DistillationCandidate> Candidates => _candidates;

    /// <summary>How many features the models gave that could not be used.</summary>
    public long Dropped { get; private set; }

    /// <summary>How many tiles had such features.</summary>
    public int TilesWithDropped { get; private set; }

    /// <summary>Why they could not be used: the first tiles' own words.</summary>
    public IReadOnlyList<string> DroppedReasons => _droppedReasons;

    public int Tiles => _windows.Count + _failures.Count;

    /// <summary>Tiles that were blank: no model was asked.</summary>
    public int Skipped { get; private set; }

    /// <summary>The tiles that were looked at; a failed tile was not.</summary>
    public TileLayout Layout() => new(_windows);

    /// <exception cref="InvalidDataException">The checkpoint is damaged.</exception>
    public void Add(TileResult tile)
    {
        if (tile.Failure is { } reason)
        {
            _failures.Add(new TileFailure(tile.Window, reason));
            return;
        }

        CountDropped(tile);
        if (tile.Skipped)
            Skipped++;
        var first = _candidates.Count;
        var index = 0;
        foreach (var feature in TilePayload.Read(tile.Payload))
            _candidates.Add(new DistillationCandidate(feature.Bounds, feature.Score, ClassOf(feature.Class.Span), _windows.Count, index++));
        _places.Add((tile.RegionId, tile.Window), (first, index));
        _windows.Add(tile.Window);
    }

    /// <summary>Where a tile's features are among the candidates.</summary>
    /// <exception cref="CheckpointsChangedException">The tile was not there, or was another one, at the first reading.</exception>
    public (int First, int Count) PlaceOf(TileResult tile) =>
        _places.TryGetValue((tile.RegionId, tile.Window), out var place) && place.Count == tile.Features
            ? place
            : throw new CheckpointsChangedException($"The checkpoint of tile {tile.Window} changed while the result was assembled.");

    private void CountDropped(TileResult tile)
    {
        if (tile.Dropped == 0)
            return;
        Dropped += tile.Dropped;
        TilesWithDropped++;
        if (_droppedReasons.Count < MostDroppedReasons)
            _droppedReasons.Add($"tile {tile.Window}: {tile.DroppedReason}");
    }

    private int ClassOf(ReadOnlySpan<byte> utf8)
    {
        Span<char> buffer = utf8.Length <= 512 ? stackalloc char[utf8.Length] : new char[utf8.Length];
        var name = buffer[..Encoding.UTF8.GetChars(utf8, buffer)];
        if (_classLookup.TryGetValue(name, out var number))
            return number;
        number = _classes.Count;
        _classes.Add(name.ToString(), number);
        return number;
    }
}
