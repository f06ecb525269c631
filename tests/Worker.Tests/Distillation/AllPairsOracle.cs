using Swath.Contracts;
using Swath.Worker.Distillation;

namespace Swath.Worker.Tests.Distillation;

/// <summary>The same rules without any index: every pair is looked at.</summary>
internal static class AllPairsOracle
{
    public static IEnumerable<DistillationCandidate> Distil(IReadOnlyList<DistillationCandidate> candidates, TileLayout layout, PostProcessingStep step)
    {
        var all = candidates.ToArray();
        var open = Enumerable.Range(0, all.Length).Where(i => all[i].Score >= step.SkipBoxThreshold).ToList();
        var cut = open.Where(i => IsCut(all[i], layout)).ToHashSet();

        var whole = new List<int>();
        var byCompleteness = open.OrderBy(i => cut.Contains(i)).ThenByDescending(i => Boxes.Area(all[i].Bounds))
            .ThenBy(i => i, Comparer<int>.Create((a, b) => CandidateOrder.Compare(all, a, b, layout)));
        foreach (var i in byCompleteness)
        {
            var window = layout.Windows[all[i].Tile];
            if (!whole.Exists(w => cut.Contains(i) && Comparable(all[i], all[w])
                    && TruncatedDuplicates.IsDuplicate(all[i].Bounds, window, all[w].Bounds, layout.Windows[all[w].Tile])))
                whole.Add(i);
        }

        var agreed = new List<int>();
        var standsFor = new HashSet<(int Feature, int Tile)>();
        bool IsSmall(int i) => Math.Min(all[i].Bounds.Width, all[i].Bounds.Height) < AgreeingDuplicates.SideFor(step.IouThreshold);
        foreach (var i in whole.OrderBy(i => i, Comparer<int>.Create((a, b) => CandidateOrder.Compare(all, a, b, layout))))
        {
            var partners = agreed.Where(k => IsSmall(i) && IsSmall(k) && Comparable(all[i], all[k]) && !standsFor.Contains((k, all[i].Tile))
                && Boxes.Touches(all[i].Bounds, layout.Windows[all[k].Tile])
                && double.IsFinite(AgreeingDuplicates.Shift(all[i].Bounds, all[k].Bounds))).ToList();
            if (partners.Count == 0)
                agreed.Add(i);
            else
                standsFor.Add((partners.MinBy(k => AgreeingDuplicates.Shift(all[i].Bounds, all[k].Bounds)), all[i].Tile));
        }

        var kept = new List<int>();
        foreach (var i in agreed.OrderBy(i => i, Comparer<int>.Create((a, b) => CandidateOrder.Compare(all, a, b, layout))))
        {
            if (!kept.Exists(k => Comparable(all[i], all[k]) && Boxes.IntersectionOverUnion(all[i].Bounds, all[k].Bounds) > step.IouThreshold))
                kept.Add(i);
        }

        return kept.Order().Select(i => all[i]);
    }

    private static bool Comparable(DistillationCandidate a, DistillationCandidate b) => a.Class == b.Class && a.Tile != b.Tile;

    private static bool IsCut(DistillationCandidate candidate, TileLayout layout)
    {
        var tile = layout.Windows[candidate.Tile];
        var box = candidate.Bounds;
        const double margin = TruncatedDuplicates.EdgeMargin;
        return layout.Windows.Any(other => other != tile && other.Intersects(tile) && Boxes.Touches(box, other) && (
            (box.MinX <= tile.X + margin && other.X < tile.X) || (box.MinY <= tile.Y + margin && other.Y < tile.Y)
            || (box.MaxX >= tile.Right - margin && other.Right > tile.Right) || (box.MaxY >= tile.Bottom - margin && other.Bottom > tile.Bottom)));
    }
}
