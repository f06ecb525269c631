using FsCheck;
using FsCheck.Fluent;
using Swath.Contracts;
using Swath.Worker.Distillation;
using static Swath.Worker.Tests.Distillation.Scenes;

namespace Swath.Worker.Tests.Distillation;

public sealed class SoftSuppressionTests
{
    private static readonly PostProcessingStep Soft = new() { Algorithm = DistillationAlgorithm.SoftNms, Sigma = 0.5 };

    private static readonly Arbitrary<int> Seeds = Arb.From(Gen.Choose(0, int.MaxValue - 2));

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

    [Fact]
    public void Distil_LinearPenalty_LowersByTheOverlapAboveTheThresholdAlone()
    {
        var layout = Grid(2, 1, 100, 40);
        var linear = Soft with { Penalty = SoftNmsPenalty.Linear, IouThreshold = 0.5 };
        DistillationCandidate[] candidates =
        [
            Box(65, 10, 85, 30, tile: 0, score: 0.9),
            Box(70, 10, 90, 30, tile: 1, score: 0.8), // 0.6 of the first one
            Box(76, 10, 96, 30, tile: 1, score: 0.7, index: 1), // 9/31 of the first one: below the threshold
        ];
        var result = Distiller.Distil(candidates, layout, [linear]);
        Assert.Equal([0.9, 0.32, 0.7], result.Scores.Select(score => Math.Round(score, 12)));
    }

    [Fact]
    public void Distil_AnyScene_AgreesWithEveryPairComparedInThePapersOrder() => Check.One(Config.QuickThrowOnFailure.WithMaxTest(100), Prop.ForAll(Seeds, seed =>
    {
        var layout = Grid(3, 2, 120, 1 + (seed % 60));
        var candidates = Observe(layout, seed % 120, 60, 3, seed);
        foreach (var penalty in Enum.GetValues<SoftNmsPenalty>())
        {
            var step = Soft with { Penalty = penalty, IouThreshold = seed % 10 / 10.0, SkipBoxThreshold = 0 };
            var result = Distiller.Distil(candidates, layout, [step]);
            var expected = Papers(candidates, result.Kept, layout, step);
            if (!result.Scores.Zip(expected).All(pair => Math.Abs(pair.First - pair.Second) < 1e-9))
                return false;
        }

        return true;
    }));

    [Fact]
    public void Distil_AnyPermutation_LowersEachScoreAlike() => Check.One(Config.QuickThrowOnFailure.WithMaxTest(100), Prop.ForAll(Seeds, seed =>
    {
        var layout = Grid(3, 2, 120, 40);
        var candidates = Observe(layout, seed % 120, 60, 3, seed).ToArray();
        var order = Enumerable.Range(0, candidates.Length).ToArray();
        new Random(seed + 1).Shuffle(order);
        foreach (var penalty in Enum.GetValues<SoftNmsPenalty>())
        {
            var step = Soft with { Penalty = penalty, IouThreshold = 0.3 };
            var first = Distiller.Distil(candidates, layout, [step]).Scores;
            var second = Distiller.Distil([.. order.Select(i => candidates[i])], layout, [step]).Scores;
            if (!order.Select((i, place) => second[place] == first[i]).All(same => same))
                return false;
        }

        return true;
    }));

    // Figure 2 of the paper, between tiles: the best of those that are left, again and again. Ties by the order of Swath.
    private static double[] Papers(List<DistillationCandidate> candidates, bool[] kept, TileLayout layout, PostProcessingStep step)
    {
        var scores = candidates.Select(candidate => candidate.Score).ToArray();
        // Only features in overlaps meet one of another tile; what was cut at a border has gone before.
        var left = Enumerable.Range(0, candidates.Count).Where(i => kept[i]).ToList();
        while (left.Count > 0)
        {
            left.Sort((a, b) => CandidateOrder.Compare(candidates[a], candidates[b], scores[a], scores[b], layout));
            var best = left[0];
            left.RemoveAt(0);
            foreach (var other in left.Where(i => candidates[i].Class == candidates[best].Class && candidates[i].Tile != candidates[best].Tile))
                scores[other] *= SoftSuppression.Factor(Boxes.IntersectionOverUnion(candidates[best].Bounds, candidates[other].Bounds), step);
        }

        return scores;
    }
}
