using System.Numerics;
using Swath.Endpoints;

namespace Swath.Worker.Distillation;

/// <summary>
/// Finds features near a box without looking at all of them: one hash table of cells, per tile, class and size of feature.
/// A feature is entered once, by its centre, in the level whose cells are as large as itself.
/// </summary>
internal sealed class OverlapGrid
{
    // Below 16 px a finer level only makes more cells to look at; a tile, and with it a clamped box, has at most 8192 px.
    private const int FinestLevel = 4;
    private const int CoarsestLevel = 14;

    private readonly DistillationCandidate[] _candidates;
    private readonly int[] _heads;
    private readonly int[] _next;
    private readonly ulong[] _cells;
    private readonly int[] _levelsOfTile;

    public OverlapGrid(DistillationCandidate[] candidates, int tiles)
    {
        _candidates = candidates;
        _heads = new int[BitOperations.RoundUpToPowerOf2((uint)Math.Max(candidates.Length, 16))];
        Array.Fill(_heads, -1);
        _next = new int[candidates.Length];
        _cells = new ulong[candidates.Length];
        _levelsOfTile = new int[tiles];
    }

    /// <summary>Decides on one feature that was found.</summary>
    internal interface IVisitor
    {
        Visit Visit(int candidate);
    }

    internal enum Visit
    {
        GoOn,

        /// <summary>Nothing more need be looked at.</summary>
        Stop,

        /// <summary>No later search need see this feature.</summary>
        Forget,
    }

    /// <summary>The level that holds features whose longer side is this many pixels.</summary>
    public static int LevelOf(double side) =>
        side <= 1 << FinestLevel ? FinestLevel
        : side >= 1 << CoarsestLevel ? CoarsestLevel
        : BitOperations.Log2((uint)Math.Ceiling(side) - 1) + 1;

    public void Add(int candidate)
    {
        ref readonly var feature = ref _candidates[candidate];
        var level = LevelOf(Math.Max(feature.Bounds.Width, feature.Bounds.Height));
        _levelsOfTile[feature.Tile] |= 1 << level;
        var cell = CellOf(feature.Tile, feature.Class, level, Cell(feature.Bounds.CenterX, level), Cell(feature.Bounds.CenterY, level));
        ref var head = ref _heads[cell & (ulong)(_heads.Length - 1)];
        _cells[candidate] = cell;
        _next[candidate] = head;
        head = candidate;
    }

    /// <summary>
    /// Shows the visitor every feature of a tile and class that may meet the box (and some that don't), whose longer side lies
    /// between the two given ones (and some of other sizes). Returns true when the visitor ended the search.
    /// </summary>
    public bool Search<TVisitor>(in PixelBounds box, int tile, int @class, double leastSide, double largestSide, ref TVisitor visitor)
        where TVisitor : struct, IVisitor
    {
        var levels = _levelsOfTile[tile];
        var last = LevelOf(largestSide);
        for (var level = LevelOf(leastSide); level <= last; level++)
        {
            if ((levels & (1 << level)) != 0 && SearchLevel(box, tile, @class, level, ref visitor))
                return true;
        }

        return false;
    }

    private bool SearchLevel<TVisitor>(in PixelBounds box, int tile, int @class, int level, ref TVisitor visitor)
        where TVisitor : struct, IVisitor
    {
        var reach = (1 << level) / 2.0;
        var firstX = Cell(box.MinX - reach, level);
        var lastX = Cell(box.MaxX + reach, level);
        var firstY = Cell(box.MinY - reach, level);
        var lastY = Cell(box.MaxY + reach, level);
        for (var y = firstY; y <= lastY; y++)
        {
            for (var x = firstX; x <= lastX; x++)
            {
                var cell = CellOf(tile, @class, level, x, y);
                ref var link = ref _heads[cell & (ulong)(_heads.Length - 1)];
                while (link >= 0)
                {
                    var visit = _cells[link] == cell ? visitor.Visit(link) : Visit.GoOn;
                    if (visit == Visit.Stop)
                        return true;
                    if (visit == Visit.Forget)
                        link = _next[link];
                    else
                        link = ref _next[link];
                }
            }
        }

        return false;
    }

    private static int Cell(double coordinate, int level) => (int)Math.Floor(coordinate) >> level;

    // The mixed bits stand for the cell: that two cells of one job share all 64 is not to be expected in the age of the universe,
    // and would only make a search look at a feature too many.
    private static ulong CellOf(int tile, int @class, int level, int x, int y)
    {
        var hash = (((ulong)(uint)x << 32) | (uint)y) * 0x9E3779B97F4A7C15;
        hash = (hash ^ (hash >> 29) ^ ((ulong)(uint)tile << 32) ^ ((ulong)(uint)@class << 8) ^ (uint)level) * 0xBF58476D1CE4E5B9;
        hash = (hash ^ (hash >> 32)) * 0x94D049BB133111EB;
        return hash ^ (hash >> 31);
    }
}
