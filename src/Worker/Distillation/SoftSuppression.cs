using Swath.Contracts;
using Swath.Endpoints;

namespace Swath.Worker.Distillation;

/// <summary>
/// Soft NMS (Bodla et al. 2017, https://arxiv.org/abs/1704.04503) between tiles: instead of dropping what overlaps a better
/// feature, its score is lowered, again for each better one; what ends below the step's threshold is dropped afterwards.
/// </summary>
internal static class SoftSuppression
{
    /// <summary>Lowers <paramref name="scores"/> of the kept members.</summary>
    public static void Lower(DistillationCandidate[] candidates, int[] members, TileLayout layout, PostProcessingStep step, bool[] kept, double[] scores)
    {
        var grid = new OverlapGrid(candidates, layout.Windows.Count);
        var open = new bool[candidates.Length];
        var queue = new PriorityQueue<int, Standing>(
            Comparer<Standing>.Create((a, b) => CandidateOrder.Compare(candidates[a.Member], candidates[b.Member], a.Score, b.Score, layout)));
        foreach (var member in members)
        {
            if (!kept[member])
                continue;
            grid.Add(member);
            open[member] = true;
            queue.Enqueue(member, new Standing(member, scores[member]));
        }

        while (queue.TryDequeue(out var best, out var standing))
        {
            // An entry from before a score was lowered: the member is queued again with its new one.
            if (!open[best] || standing.Score != scores[best])
                continue;
            open[best] = false;
            var box = candidates[best].Bounds;
            foreach (var neighbour in layout.Neighbours(candidates[best].Tile))
            {
                if (!Boxes.Touches(box, layout[neighbour]))
                    continue;
                var penalty = new Penalty(candidates, box, step, open, scores, queue);
                grid.Search(box, neighbour, candidates[best].Class, 0, double.MaxValue, ref penalty);
            }
        }
    }

    /// <summary>What a score is multiplied with, for an intersection over union with a better feature.</summary>
    internal static double Factor(double iou, PostProcessingStep step) => step.Penalty switch
    {
        SoftNmsPenalty.Linear => iou > step.IouThreshold ? 1 - iou : 1,
        _ => iou > 0 ? Math.Exp(-(iou * iou) / step.Sigma) : 1,
    };

    private readonly record struct Standing(int Member, double Score);

    private readonly struct Penalty(
        DistillationCandidate[] candidates, PixelBounds box, PostProcessingStep step, bool[] open, double[] scores, PriorityQueue<int, Standing> queue)
        : OverlapGrid.IVisitor
    {
        public OverlapGrid.Visit Visit(int candidate)
        {
            if (!open[candidate])
                return OverlapGrid.Visit.Forget;
            var factor = Factor(Boxes.IntersectionOverUnion(box, candidates[candidate].Bounds), step);
            if (factor >= 1)
                return OverlapGrid.Visit.GoOn;
            scores[candidate] *= factor;
            if (scores[candidate] < step.SkipBoxThreshold)
            {
                // It will be dropped, and so will be whatever it could still lower: nothing more need be known of it.
                open[candidate] = false;
                return OverlapGrid.Visit.Forget;
            }

            queue.Enqueue(candidate, new Standing(candidate, scores[candidate]));
            return OverlapGrid.Visit.GoOn;
        }
    }
}
