using FsCheck;
using FsCheck.Fluent;
using Swath.Contracts;
using Swath.Worker.Distillation;
using static Swath.Worker.Tests.Distillation.Scenes;

namespace Swath.Worker.Tests.Distillation;

public sealed class NonMaximumSuppressionTests
{
    private static readonly PostProcessingStep Nms = new() { Algorithm = DistillationAlgorithm.Nms, IouThreshold = 0.5 };

    private static readonly Arbitrary<(int Seed, int Objects, int Overlap, double Threshold)> Cases = Arb.From(
        from seed in Gen.Choose(0, int.MaxValue - 1)
        from objects in Gen.Choose(0, 150)
        from overlap in Gen.Choose(1, 60)
        from threshold in Gen.Choose(0, 9)
        select (seed, objects, overlap, threshold / 10.0));

    [Fact]
    public void Distil_SameObjectInTwoTiles_KeepsTheBetterScore()
    {
        var layout = Grid(2, 1, 100, 40);
        var kept = Kept([Box(65, 10, 85, 30, tile: 0, score: 0.6), Box(66, 10, 86, 30, tile: 1, score: 0.9)], layout, Nms);
        Assert.Equal(1, Assert.Single(kept).Tile);
    }

    [Fact]
    public void Distil_DifferentClasses_KeepsBoth() =>
        Assert.Equal(2, Kept([Box(65, 10, 85, 30, tile: 0), Box(65, 10, 85, 30, tile: 1, @class: 1)], Grid(2, 1, 100, 40), Nms).Count);

    [Fact]
    public void Distil_TwoFeaturesOfOneTile_KeepsBothAsTheModelSaidSo() =>
        Assert.Equal(2, Kept([Box(65, 10, 85, 30, tile: 0), Box(65, 10, 85, 30, tile: 0, index: 1)], Grid(2, 1, 100, 40), Nms).Count);

    [Fact]
    public void Distil_SamePointInTwoTiles_KeepsOne() =>
        Assert.Single(Kept([Box(70, 10, 70, 10, tile: 0), Box(70, 10, 70, 10, tile: 1)], Grid(2, 1, 100, 40), Nms));

    [Fact]
    public void Distil_SameWindowTwice_KeepsEachObjectOnce()
    {
        var layout = new TileLayout([new PixelWindow(0, 0, 100, 100), new PixelWindow(0, 0, 100, 100)]);
        Assert.Single(Kept([Box(10, 10, 20, 20, tile: 0), Box(10, 10, 20, 20, tile: 1)], layout, Nms));
    }

    [Fact]
    public void Distil_NoStep_KeepsEverything()
    {
        var layout = Grid(3, 3, 100, 40);
        var candidates = Observe(layout, 100, 40, 1, seed: 1);
        Assert.Equal(candidates.Count, Kept(candidates, layout).Count);
        Assert.Equal(candidates.Count, Kept(candidates, layout, new PostProcessingStep { Algorithm = DistillationAlgorithm.None }).Count);
    }

    [Fact]
    public void Distil_ScoreBelowThreshold_Drops()
    {
        var layout = Grid(1, 1, 100, 0);
        var result = Distiller.Distil([Box(1, 1, 2, 2, 0, score: 0.2), Box(5, 5, 6, 6, 0, score: 0.4)], layout, [Nms with { SkipBoxThreshold = 0.3 }]);
        Assert.Equal([false, true], result.Kept);
        Assert.Equal(1, result.BelowThreshold);
    }

    [Theory]
    [InlineData(-0.1, 0.1, 0.1)]
    [InlineData(1.1, 0.1, 0.1)]
    [InlineData(double.NaN, 0.1, 0.1)]
    [InlineData(0.5, 2, 0.1)]
    [InlineData(0.5, 0.1, 0)]
    public void Distil_InvalidStep_Throws(double iou, double skip, double sigma)
    {
        var step = new PostProcessingStep { Algorithm = DistillationAlgorithm.SoftNms, IouThreshold = iou, SkipBoxThreshold = skip, Sigma = sigma };
        Assert.Throws<ArgumentException>(() => Distiller.Distil([], Grid(1, 1, 10, 0), [step]));
    }

    [Fact]
    public void Distil_AnyPermutation_GivesTheSameSet() => Check.One(Config.QuickThrowOnFailure.WithMaxTest(100), Prop.ForAll(Cases, c =>
    {
        var layout = Grid(3, 2, 120, c.Overlap);
        var candidates = Observe(layout, c.Objects, 60, 3, c.Seed);
        var shuffled = candidates.ToArray();
        new Random(c.Seed + 1).Shuffle(shuffled);
        foreach (var algorithm in new[] { DistillationAlgorithm.Nms, DistillationAlgorithm.SoftNms })
        {
            var step = new PostProcessingStep { Algorithm = algorithm, IouThreshold = c.Threshold };
            var first = Kept(candidates, layout, step).ToHashSet();
            if (!first.SetEquals(Kept(shuffled, layout, step)))
                return false;
        }

        return true;
    }));

    [Fact]
    public void Distil_Survivors_DoNotOverlapAcrossTilesAboveTheThreshold() => Check.One(Config.QuickThrowOnFailure.WithMaxTest(100), Prop.ForAll(Cases, c =>
    {
        var layout = Grid(3, 2, 120, c.Overlap);
        var kept = Kept(Observe(layout, c.Objects, 60, 3, c.Seed), layout, Nms with { IouThreshold = c.Threshold });
        return kept.All(a => kept.All(b => a.Tile == b.Tile || a.Class != b.Class || Boxes.IntersectionOverUnion(a.Bounds, b.Bounds) <= c.Threshold));
    }));

    [Fact]
    public void Distil_FeaturesOutsideOverlaps_AllStay() => Check.One(Config.QuickThrowOnFailure.WithMaxTest(100), Prop.ForAll(Cases, c =>
    {
        var layout = Grid(3, 2, 120, c.Overlap);
        var candidates = Observe(layout, c.Objects, 60, 3, c.Seed);
        var result = Distiller.Distil(candidates, layout, [Nms with { IouThreshold = c.Threshold, SkipBoxThreshold = 0 }]);
        return candidates.Select((candidate, i) => result.Kept[i] || layout.IsInOverlap(candidate.Tile, candidate.Bounds)).All(x => x);
    }));

    [Fact]
    public void Distil_EveryDroppedFeature_IsCoveredByWhatDroppedIt() => Check.One(Config.QuickThrowOnFailure.WithMaxTest(100), Prop.ForAll(Cases, c =>
    {
        // No detection that stands alone in its class may go.
        var layout = Grid(3, 2, 120, c.Overlap);
        var candidates = Observe(layout, c.Objects, 60, 3, c.Seed);
        var result = Distiller.Distil(candidates, layout, [Nms with { IouThreshold = c.Threshold, SkipBoxThreshold = 0 }]);
        return candidates.Select((lost, i) => result.Kept[i] || candidates.Any(other =>
            other.Tile != lost.Tile && other.Class == lost.Class && Boxes.SharedArea(other.Bounds, lost.Bounds) > 0)).All(x => x);
    }));

    [Fact]
    public void Distil_GridIndex_AgreesWithAllPairs() => Check.One(Config.QuickThrowOnFailure.WithMaxTest(150), Prop.ForAll(Cases, c =>
    {
        var layout = Grid(3, 2, 120, c.Overlap);
        var candidates = Observe(layout, c.Objects, c.Seed % 2 == 0 ? 20 : 110, 3, c.Seed);
        var step = Nms with { IouThreshold = c.Threshold };
        return Kept(candidates, layout, step).SequenceEqual(AllPairsOracle.Distil(candidates, layout, step));
    }));
}
