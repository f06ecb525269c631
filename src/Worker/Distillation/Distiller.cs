using Swath.Contracts;

namespace Swath.Worker.Distillation;

/// <summary>
/// Makes one set of features of what overlapping tiles saw: each object once. Only features that lie where tiles overlap are
/// ever dropped as duplicates, only by features of another tile, and the result does not depend on the order of the input.
/// </summary>
public static class Distiller
{
    /// <summary>Applies the steps in their order.</summary>
    /// <param name="candidates">The features of all tiles, in any order.</param>
    /// <param name="layout">All tiles that were looked at, also those without a feature.</param>
    /// <param name="steps">What to do; nothing when empty.</param>
    /// <param name="cancellationToken">Looked at between the steps' parts.</param>
    /// <exception cref="ArgumentException">A step's threshold or sigma is out of range.</exception>
    public static DistillationResult Distil(
        IReadOnlyList<DistillationCandidate> candidates, TileLayout layout, IReadOnlyList<PostProcessingStep> steps, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(candidates);
        ArgumentNullException.ThrowIfNull(layout);
        ArgumentNullException.ThrowIfNull(steps);
        var kept = new bool[candidates.Count];
        Array.Fill(kept, true);
        var scores = new double[candidates.Count];
        var clamped = new DistillationCandidate[candidates.Count];
        for (var i = 0; i < clamped.Length; i++)
        {
            var candidate = candidates[i];
            // What lies outside of its tile was guessed, not seen: it takes no part in comparing.
            clamped[i] = candidate with { Bounds = Boxes.Clamp(candidate.Bounds, layout[candidate.Tile]) };
            scores[i] = candidate.Score;
        }

        int duplicates = 0, below = 0;
        foreach (var step in steps)
        {
            Check(step);
            if (step.Algorithm == DistillationAlgorithm.None)
                continue;
            below += DropBelow(step.SkipBoxThreshold, scores, kept);
            var members = MembersInOverlaps(clamped, layout, kept);
            cancellationToken.ThrowIfCancellationRequested();
            duplicates += TruncatedDuplicates.Drop(clamped, members, layout, kept);
            cancellationToken.ThrowIfCancellationRequested();
            duplicates += AgreeingDuplicates.Drop(clamped, members, layout, SmallSide(step), kept);
            cancellationToken.ThrowIfCancellationRequested();
            if (step.Algorithm == DistillationAlgorithm.Nms)
            {
                duplicates += NonMaximumSuppression.Drop(clamped, members, layout, step.IouThreshold, kept);
            }
            else
            {
                SoftSuppression.Lower(clamped, members, layout, step, kept, scores);
                foreach (var member in members)
                    clamped[member] = clamped[member] with { Score = scores[member] };
                below += DropBelow(step.SkipBoxThreshold, scores, kept);
            }
        }

        return new DistillationResult(kept, scores, duplicates, below);
    }

    // Soft NMS drops nothing by its threshold.
    private static double SmallSide(PostProcessingStep step) =>
        step.Algorithm == DistillationAlgorithm.Nms ? AgreeingDuplicates.SideFor(step.IouThreshold) : double.PositiveInfinity;

    private static int[] MembersInOverlaps(DistillationCandidate[] candidates, TileLayout layout, bool[] kept)
    {
        var members = new List<int>();
        for (var i = 0; i < candidates.Length; i++)
        {
            if (kept[i] && layout.IsInOverlap(candidates[i].Tile, candidates[i].Bounds))
                members.Add(i);
        }

        return [.. members];
    }

    private static int DropBelow(double threshold, double[] scores, bool[] kept)
    {
        var dropped = 0;
        for (var i = 0; i < scores.Length; i++)
        {
            if (kept[i] && scores[i] < threshold)
            {
                kept[i] = false;
                dropped++;
            }
        }

        return dropped;
    }

    private static void Check(PostProcessingStep step)
    {
        if (!(step.IouThreshold is >= 0 and <= 1))
            throw new ArgumentException($"The IoU threshold {step.IouThreshold} is not between 0 and 1.");
        if (!(step.SkipBoxThreshold is >= 0 and <= 1))
            throw new ArgumentException($"The score threshold {step.SkipBoxThreshold} is not between 0 and 1.");
        if (step.Algorithm == DistillationAlgorithm.SoftNms && !(step.Sigma > 0 && double.IsFinite(step.Sigma)))
            throw new ArgumentException($"The sigma {step.Sigma} of soft NMS is not greater than 0.");
    }
}
