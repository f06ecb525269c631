using Swath.Contracts;
using Swath.Endpoints;

namespace Swath.Worker.Distillation;

/// <summary>
/// The rule for objects that a tile's border cuts. The tile sees a part, its neighbour sees the whole or another part, and
/// the two boxes share too little for an intersection-over-union threshold: NMS alone would report the object twice.
/// <para>
/// A feature is a truncated duplicate of another one of its class when
/// (1) its box reaches, within <see cref="EdgeMargin"/>, an edge of its own tile behind which the other's tile still sees;
/// (2) the other's box goes on to that edge or beyond it; and
/// (3) the other one, if it is not itself cut by an edge inside the first one's tile, covers with <see cref="EdgeMargin"/> around it at least
/// <see cref="LeastCover"/> of the feature: of a part of three pixels, one that moved by a pixel is a third; if it is cut too (an object longer than the overlap), the larger of both is
/// kept, and inside the shared pixels at least <see cref="LeastSharedCover"/> of the smaller part is covered.
/// </para>
/// A feature that no edge cuts is never dropped by this rule, and whatever drops a feature is itself kept by it: the only
/// detection of an object stays.
/// </summary>
internal static class TruncatedDuplicates
{
    /// <summary>How far from the tile's edge, in pixels, a box that was cut may end: detectors lose a pixel or two there.</summary>
    public const double EdgeMargin = 2;

    public const double LeastCover = 0.8;

    public const double LeastSharedCover = 0.5;

    /// <summary>Drops (sets false in <paramref name="kept"/>) the truncated duplicates among candidates in overlaps; returns how many.</summary>
    public static int Drop(DistillationCandidate[] candidates, int[] members, TileLayout layout, bool[] kept)
    {
        // Whole features before cut ones, then large before small: what drops another feature has been decided on before it.
        var cut = new bool[candidates.Length];
        foreach (var member in members)
            cut[member] = IsCut(candidates[member], layout);
        var order = (int[])members.Clone();
        CandidateOrder.Sort(candidates, order, Array.ConvertAll(order, member => CompletenessKey(candidates[member], cut[member])), layout);

        var grid = new OverlapGrid(candidates, layout.Windows.Count);
        var dropped = 0;
        foreach (var member in order)
        {
            if (cut[member] && HasWhole(candidates, member, layout, grid))
            {
                kept[member] = false;
                dropped++;
            }
            else
            {
                grid.Add(member);
            }
        }

        return dropped;
    }

    // A tile has at most 8192 x 8192 = 2^26 pixels: all whole features come before all cut ones.
    private static double CompletenessKey(in DistillationCandidate candidate, bool cut) => (cut ? 1L << 27 : 0) - Boxes.Area(candidate.Bounds);

    private static bool HasWhole(DistillationCandidate[] candidates, int member, TileLayout layout, OverlapGrid grid)
    {
        var box = candidates[member].Bounds;
        // Whatever covers most of an area, with a margin on both sides, has a side of at least that area's root.
        var leastSide = (Math.Sqrt(LeastSharedCover * Boxes.Area(box)) / 2) - (2 * EdgeMargin);
        foreach (var neighbour in layout.Neighbours(candidates[member].Tile))
        {
            if (!Boxes.Touches(box, layout[neighbour]))
                continue;
            var search = new Search(candidates, member, layout);
            if (grid.Search(box, neighbour, candidates[member].Class, leastSide, double.MaxValue, ref search))
                return true;
        }

        return false;
    }

    private static bool IsCut(in DistillationCandidate candidate, TileLayout layout)
    {
        var tile = layout[candidate.Tile];
        foreach (var neighbour in layout.Neighbours(candidate.Tile))
        {
            if (CutEdges(candidate.Bounds, tile, layout[neighbour]) != Edges.None)
                return true;
        }

        return false;
    }

    /// <summary>Whether <paramref name="other"/> shows more of the object that <paramref name="cut"/> shows a part of.</summary>
    internal static bool IsDuplicate(in PixelBounds cut, PixelWindow cutTile, in PixelBounds other, PixelWindow otherTile)
    {
        var edges = CutEdges(cut, cutTile, otherTile);
        if (edges == Edges.None || !GoesOn(other, cutTile, edges))
            return false;

        var otherEdges = CutEdges(other, otherTile, cutTile);
        if (otherEdges == Edges.None)
            return Boxes.SharedArea(cut, other) > 0 && Boxes.SharedArea(cut, Boxes.Grow(other, EdgeMargin)) >= LeastCover * Boxes.Area(cut);

        if (!GoesOn(cut, otherTile, otherEdges))
            return false;
        var cutPart = Boxes.Clip(cut, cutTile, otherTile);
        var otherPart = Boxes.Clip(other, cutTile, otherTile);
        var shared = Boxes.SharedArea(cutPart, otherPart);
        return shared > 0 && shared >= LeastSharedCover * Math.Min(Boxes.Area(cutPart), Boxes.Area(otherPart));
    }

    // The edges of the tile that the box reaches and behind which the other tile still sees.
    private static Edges CutEdges(in PixelBounds box, PixelWindow tile, PixelWindow other)
    {
        var edges = Edges.None;
        if (!Boxes.Touches(box, other))
            return edges;
        if (box.MinX <= tile.X + EdgeMargin && other.X < tile.X)
            edges |= Edges.Left;
        if (box.MinY <= tile.Y + EdgeMargin && other.Y < tile.Y)
            edges |= Edges.Top;
        if (box.MaxX >= tile.Right - EdgeMargin && other.Right > tile.Right)
            edges |= Edges.Right;
        if (box.MaxY >= tile.Bottom - EdgeMargin && other.Bottom > tile.Bottom)
            edges |= Edges.Bottom;
        return edges;
    }

    private static bool GoesOn(in PixelBounds box, PixelWindow tile, Edges edges) =>
        ((edges & Edges.Left) != 0 && box.MinX <= tile.X + EdgeMargin)
        || ((edges & Edges.Top) != 0 && box.MinY <= tile.Y + EdgeMargin)
        || ((edges & Edges.Right) != 0 && box.MaxX >= tile.Right - EdgeMargin)
        || ((edges & Edges.Bottom) != 0 && box.MaxY >= tile.Bottom - EdgeMargin);

    [Flags]
    private enum Edges
    {
        None = 0,
        Left = 1,
        Top = 2,
        Right = 4,
        Bottom = 8,
    }

    private readonly struct Search(DistillationCandidate[] candidates, int cut, TileLayout layout) : OverlapGrid.IVisitor
    {
        public OverlapGrid.Visit Visit(int candidate) =>
            IsDuplicate(candidates[cut].Bounds, layout[candidates[cut].Tile], candidates[candidate].Bounds, layout[candidates[candidate].Tile])
                ? OverlapGrid.Visit.Stop : OverlapGrid.Visit.GoOn;
    }
}
