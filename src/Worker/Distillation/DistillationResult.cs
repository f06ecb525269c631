namespace Swath.Worker.Distillation;

/// <summary>What became of each candidate, by its position in the input.</summary>
/// <param name="Kept">Whether it is in the result.</param>
/// <param name="Scores">Its score afterwards; other than before only by soft NMS.</param>
/// <param name="Duplicates">How many were dropped because another one shows the same object.</param>
/// <param name="BelowThreshold">How many were dropped for their low score.</param>
public sealed record DistillationResult(bool[] Kept, double[] Scores, int Duplicates, int BelowThreshold);
