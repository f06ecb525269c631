using System.CommandLine;
using Swath.Contracts;

namespace Swath.Host.Commands;

/// <summary>The command line's way of writing a <see cref="PostProcessingStep"/>.</summary>
internal sealed class DistillationOptions
{
    private readonly Option<DistillationAlgorithm> _algorithm = new("--distillation") { Description = "How duplicates are removed: nms, softnms, none.", DefaultValueFactory = _ => DistillationAlgorithm.Nms };
    private readonly Option<double> _iou = new("--iou") { Description = "Overlap above which two features are one, 0..1.", DefaultValueFactory = _ => PostProcessingStep.Default.IouThreshold };
    private readonly Option<double> _minScore = new("--min-score") { Description = "Features with a lower score are dropped, 0..1.", DefaultValueFactory = _ => PostProcessingStep.Default.SkipBoxThreshold };
    private readonly Option<SoftNmsPenalty> _penalty = new("--penalty") { Description = "Soft NMS: gaussian or linear.", DefaultValueFactory = _ => PostProcessingStep.Default.Penalty };
    private readonly Option<double> _sigma = new("--sigma") { Description = "Soft NMS, gaussian: the width of the penalty.", DefaultValueFactory = _ => PostProcessingStep.Default.Sigma };

    public IEnumerable<Option> All => [_algorithm, _iou, _minScore, _penalty, _sigma];

    public PostProcessingStep Read(ParseResult parsed) => new()
    {
        Algorithm = parsed.GetValue(_algorithm),
        IouThreshold = parsed.GetValue(_iou),
        SkipBoxThreshold = parsed.GetValue(_minScore),
        Penalty = parsed.GetValue(_penalty),
        Sigma = parsed.GetValue(_sigma),
    };
}
