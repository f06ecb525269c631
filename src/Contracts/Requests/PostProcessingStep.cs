using System.Text.Json.Serialization;

namespace Swath.Contracts;

/// <summary>A step between the last tile and the written result. The only step today is feature distillation.</summary>
public sealed record PostProcessingStep
{
    public DistillationAlgorithm Algorithm { get; init; } = DistillationAlgorithm.Nms;

    /// <summary>
    /// Two features of one class that overlap by more than this intersection over union are one, 0..1 (linear soft NMS: the lesser one's
    /// score is lowered; gaussian soft NMS knows no such threshold).
    /// </summary>
    public double IouThreshold { get; init; } = 0.75;

    /// <summary>Features with a lower score are dropped (soft NMS: after their score was lowered), 0..1.</summary>
    public double SkipBoxThreshold { get; init; } = 0.0001;

    /// <summary>Soft NMS, gaussian: the width of the penalty, greater than 0 (Bodla et al. 2017, https://arxiv.org/abs/1704.04503).</summary>
    public double Sigma { get; init; } = 0.1;

    /// <summary>Soft NMS: how a score is lowered. The original request form names no penalty and means the gaussian one.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public SoftNmsPenalty Penalty { get; init; }

    public static PostProcessingStep Default { get; } = new();
}

[JsonConverter(typeof(JsonStringEnumConverter<DistillationAlgorithm>))]
public enum DistillationAlgorithm
{
    None,
    Nms,
    SoftNms,
}

/// <summary>What soft NMS multiplies a score with, for each better feature that overlaps by an intersection over union o.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<SoftNmsPenalty>))]
public enum SoftNmsPenalty
{
    /// <summary>exp(-o²/sigma), for every o above 0.</summary>
    Gaussian,

    /// <summary>1 - o, for every o above the threshold.</summary>
    Linear,
}
