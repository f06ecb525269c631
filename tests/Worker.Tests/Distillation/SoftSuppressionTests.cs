using Swath.Contracts;
using Swath.Worker.Distillation;
using static Swath.Worker.Tests.Distillation.Scenes;

namespace Swath.Worker.Tests.Distillation;

public sealed class SoftSuppressionTests
{
    private static readonly PostProcessingStep Soft = new() { Algorithm = DistillationAlgorithm.SoftNms, Sigma = 0.5 };

    [Fact]
    public void Distil_OverlappingFeatures_LowersTheLesserScoreByTheGaussian()
    {
        var layout = Grid(2, 1, 100, 40);
        var a = Box(65, 10, 85, 30, tile: 0, score: 0.9);
        var b = Box(70, 10, 90, 30, tile: 1, score: 0.8);
        var result = Distiller.Distil([b, a], layout, [Soft]);
        const double iou = 300.0 / 500.0;
        Assert.Equal(0.9, result.Scores[1]);
        Assert.Equal(0.8 * Math.Exp(-iou * iou / 0.5), result.Scores[0], 12);
        Assert.Equal([true, true], result.Kept);
    }

    [Fact]
    public void Distil_ScoreLoweredBelowTheThreshold_Drops()
    {
        var layout = Grid(2, 1, 100, 40);
        var result = Distiller.Distil(
            [Box(65, 10, 85, 30, tile: 0, score: 0.9), Box(65, 10, 85, 30, tile: 1, score: 0.8)], layout, [Soft with { SkipBoxThreshold = 0.5 }]);
        Assert.Equal([true, false], result.Kept);
    }

    [Fact]
    public void Distil_FeatureAlone_KeepsItsScore() =>
        Assert.Equal(0.8, Distiller.Distil([Box(65, 10, 85, 30, tile: 0, score: 0.8)], Grid(2, 1, 100, 40), [Soft]).Scores[0]);
}
