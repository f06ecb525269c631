using Swath.Endpoints;

namespace Swath.Worker.Distillation;

/// <summary>
/// Greedy non-maximum suppression between tiles: the best feature stays, and whatever another tile saw of the same class in
/// nearly the same box goes. Two features of one tile are never compared: that they are two is the model's own word, and the
/// same model outside of the overlaps is not corrected either.
/// </summary>
internal static class NonMaximumSuppression
{
    /// <summary>Drops (sets false in <paramref name="kept"/>) the duplicates among kept members; returns how many.</summary>
    public static int Drop(DistillationCandidate[] candidates, int[] members, TileLayout layout, double iouThreshold, bool[] kept)
    {
        var order = Array.FindAll(members, member => kept[member]);
        CandidateOrder.Sort(candidates, order, Array.ConvertAll(order, member => -candidates[member].Score), layout);

        var grid = new OverlapGrid(candidates, layout.Windows.Count);
        var dropped = 0;
        foreach (var member in order)
        {
            if (IsDuplicate(candidates, member, layout, grid, iouThreshold))
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

    private static bool IsDuplicate(DistillationCandidate[] candidates, int member, TileLayout layout, OverlapGrid grid, double iouThreshold)
    {
        var box = candidates[member].Bounds;
        // Boxes with an IoU above t differ in each side by no more than a factor of t: other sizes need no look.
        var side = Math.Max(box.Width, box.Height);
        var largestSide = iouThreshold > 0 ? side / iouThreshold : double.MaxValue;
        foreach (var neighbour in layout.Neighbours(candidates[member].Tile))
        {
            if (!Boxes.Touches(box, layout[neighbour]))
                continue;
            var search = new Search(candidates, box, iouThreshold);
            if (grid.Search(box, neighbour, candidates[member].Class, side * iouThreshold, largestSide, ref search))
                return true;
        }

        return false;
    }

    private readonly struct Search(DistillationCandidate[] candidates, PixelBounds box, double iouThreshold) : OverlapGrid.IVisitor
    {
        public OverlapGrid.Visit Visit(int candidate) =>
            Boxes.IntersectionOverUnion(box, candidates[candidate].Bounds) > iouThreshold ? OverlapGrid.Visit.Stop : OverlapGrid.Visit.GoOn;
    }
}
