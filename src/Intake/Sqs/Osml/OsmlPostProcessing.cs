using Swath.Contracts;

namespace Swath.Intake.Sqs.Osml;

/// <summary>What happens to the features of all tiles.</summary>
internal static class OsmlPostProcessing
{
    private const string FeatureDistillation = "FEATURE_DISTILLATION";

    private static readonly Dictionary<string, string> Steps = new(StringComparer.Ordinal) { [FeatureDistillation] = FeatureDistillation };

    private static readonly Dictionary<string, DistillationAlgorithm> Algorithms = new(StringComparer.OrdinalIgnoreCase)
    {
        ["NMS"] = DistillationAlgorithm.Nms,
        ["SOFT_NMS"] = DistillationAlgorithm.SoftNms,
    };

    public static IReadOnlyList<PostProcessingStep> Read(OsmlMembers request)
    {
        var steps = request.Objects("postProcessing").Select(Step).ToList();
        if (steps.Count > 1)
            request.Refuse("postProcessing", $"has {steps.Count} steps of {FeatureDistillation}: keep one.");
        return steps.Count == 0 ? [PostProcessingStep.Default] : steps;
    }

    private static PostProcessingStep Step(OsmlMembers step)
    {
        step.RequiredText("step", FeatureDistillation);
        step.Word("step", FeatureDistillation, Steps);
        var defaults = PostProcessingStep.Default;
        if (step.Object("algorithm") is not { } algorithm)
        {
            if (!step.Has("algorithm"))
                step.Refuse("algorithm", "is missing: {\"algorithmType\": \"NMS\"}.");
            return defaults;
        }
        algorithm.RequiredText("algorithmType", "NMS or SOFT_NMS");
        return new PostProcessingStep
        {
            Algorithm = algorithm.Word("algorithmType", DistillationAlgorithm.Nms, Algorithms),
            IouThreshold = algorithm.Real("iouThreshold", defaults.IouThreshold),
            SkipBoxThreshold = algorithm.Real("skipBoxThreshold", defaults.SkipBoxThreshold),
            Sigma = algorithm.Real("sigma", defaults.Sigma),
        };
    }
}
