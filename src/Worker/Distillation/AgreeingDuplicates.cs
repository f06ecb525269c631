using Swath.Contracts;
using Swath.Endpoints;

namespace Swath.Worker.Distillation;

/// <summary>
/// The rule for small objects that two tiles saw whole, each a pixel differently: of a box of ten pixels, edges that move by one leave an intersection over
/// union of a half, below most thresholds. Two boxes of one class from different tiles are one object when each of their four edges agrees within
/// <see cref="MostShift"/>, and within a part of their shorter side. A model's boxes of one tile are different objects, so that a feature stands for at most one of
/// each other tile: two neighbours that both tiles saw stay two.
/// </summary>
internal static class AgreeingDuplicates
{
    /// <summary>How far apart, in pixels, the same edge of an object may be found in two tiles.</summary>
    public const double MostShift = 2;

    /// <summary>The same as a part of the shorter side of both boxes: objects of a few pixels may stand that close together.</summary>
    public const double MostShiftOfSide = 0.75;

    // More boxes than these within two pixels of one another are no scene of separate objects; what overlaps among them is left to suppression.
    private const int MostThatAgree = 64;

    // Those that the grid has in the cells around, of which most are not that near.
    private const int MostLookedAt = 512;

    /// <summary>Drops (sets false in <paramref name="kept"/>) the lesser of each two that agree; returns how many.</summary>
    /// <param name="candidates">All features.</param>
    /// <param name="members">Those in overlaps.</param>
    /// <param name="layout">The tiles.</param>
    /// <param name="smallerThan">Boxes whose shorter side has as many pixels are left to the intersection over union, which is above the threshold wherever their edges agree.</param>
    /// <param name="kept">What is still in the result.</param>
    public static int Drop(DistillationCandidate[] candidates, int[] members, TileLayout layout, double smallerThan, bool[] kept)
    {
        var order = Array.FindAll(members, member => kept[member] && ShorterSide(candidates[member].Bounds) < smallerThan);
        CandidateOrder.Sort(candidates, order, Array.ConvertAll(order, member => -candidates[member].Score), layout);

        var grid = new OverlapGrid(candidates, layout.Windows.Count);
        var rank = new Dictionary<int, int>(order.Length);
        var standsFor = new HashSet<(int Feature, int Tile)>();
        var dropped = 0;
        foreach (var member in order)
        {
            if (Partner(candidates, member, layout, grid, rank, standsFor) is { } partner)
            {
                standsFor.Add((partner, candidates[member].Tile));
                kept[member] = false;
                dropped++;
            }
            else
            {
                rank[member] = rank.Count;
                grid.Add(member);
            }
        }

        return dropped;
    }

    /// <summary>How far the edges are apart that are farthest apart; infinite when the boxes are not taken for one object.</summary>
    internal static double Shift(in PixelBounds a, in PixelBounds b)
    {
        var shift = Math.Max(
            Math.Max(Math.Abs(a.MinX - b.MinX), Math.Abs(a.MaxX - b.MaxX)),
            Math.Max(Math.Abs(a.MinY - b.MinY), Math.Abs(a.MaxY - b.MaxY)));
        var most = Math.Min(MostShift, MostShiftOfSide * Math.Min(ShorterSide(a), ShorterSide(b)));
        return shift <= most ? shift : double.PositiveInfinity;
    }

    /// <summary>From which shorter side on boxes whose edges agree have an intersection over union above a threshold: the larger one is at most two shifts longer each way.</summary>
    internal static double SideFor(double iouThreshold) => 2 * MostShift / (1 - Math.Sqrt(iouThreshold));

    private static int? Partner(
        DistillationCandidate[] candidates, int member, TileLayout layout, OverlapGrid grid, Dictionary<int, int> rank, HashSet<(int Feature, int Tile)> standsFor)
    {
        var box = candidates[member].Bounds;
        var around = Boxes.Grow(box, MostShift);
        var side = Math.Max(box.Width, box.Height);
        var search = new Search(candidates, member, rank, standsFor);
        foreach (var neighbour in layout.Neighbours(candidates[member].Tile))
        {
            if (Boxes.Touches(box, layout[neighbour]))
                grid.Search(around, neighbour, candidates[member].Class, side - (2 * MostShift), side + (2 * MostShift), ref search);
        }

        return search.Best;
    }

    private static double ShorterSide(in PixelBounds box) => Math.Min(box.Width, box.Height);

    private struct Search(DistillationCandidate[] candidates, int member, Dictionary<int, int> rank, HashSet<(int Feature, int Tile)> standsFor) : OverlapGrid.IVisitor
    {
        private int _lookedAt;
        private int _agreeing;
        private double _least = double.PositiveInfinity;

        public int? Best { get; private set; }

        public OverlapGrid.Visit Visit(int candidate)
        {
            if (++_lookedAt > MostLookedAt)
                return OverlapGrid.Visit.Stop;
            var shift = Shift(candidates[member].Bounds, candidates[candidate].Bounds);
            if (double.IsFinite(shift) && ++_agreeing > MostThatAgree)
                return OverlapGrid.Visit.Stop;
            var isBetter = shift < _least || (double.IsFinite(shift) && shift == _least && rank[candidate] < rank[Best!.Value]);
            if (isBetter && !standsFor.Contains((candidate, candidates[member].Tile)))
                (_least, Best) = (shift, candidate);
            return OverlapGrid.Visit.GoOn;
        }
    }
}
