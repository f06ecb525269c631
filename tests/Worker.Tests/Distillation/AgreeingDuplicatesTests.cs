using Swath.Contracts;
using Swath.Worker.Distillation;
using Xunit.Abstractions;
using static Swath.Worker.Tests.Distillation.Scenes;

namespace Swath.Worker.Tests.Distillation;

/// <summary>Small objects whose boxes move from tile to tile; the figures are those of docs/decisions/0006-each-object-once.md.</summary>
public sealed class AgreeingDuplicatesTests(ITestOutputHelper output)
{
    private static readonly TileLayout Pair = Grid(2, 1, 100, 40);

    [Fact]
    public void Distil_EdgesThatMoveByAPixelEach_IsOneObject() =>
        Assert.Single(Kept([Box(70, 10, 78, 18, tile: 0), Box(71.5, 8.5, 79, 17, tile: 1)], Pair, PostProcessingStep.Default));

    [Fact]
    public void Distil_EdgesThatMoveByThreePixels_AreTwoObjects() =>
        Assert.Equal(2, Kept([Box(70, 10, 78, 18, tile: 0), Box(73, 10, 81, 18, tile: 1)], Pair, PostProcessingStep.Default).Count);

    [Fact]
    public void Distil_SoftNms_DropsTheLesserInsteadOfReportingItWithAnotherScore() =>
        Assert.Single(Kept([Box(70, 10, 78, 18, tile: 0), Box(71, 9, 79, 17, tile: 1)], Pair, PostProcessingStep.Default with { Algorithm = DistillationAlgorithm.SoftNms }));

    [Fact]
    public void Distil_ObjectsOfFewPixelsSideBySide_StayTwo() =>
        Assert.Equal(2, Kept([Box(70, 10, 72, 12, tile: 0), Box(72, 10, 74, 12, tile: 1)], Pair, PostProcessingStep.Default).Count);

    [Fact]
    public void Distil_OneFeatureBetweenTwoOfTheOtherTile_StandsForOneOfThem()
    {
        // Tile 1 says that they are two: tile 0's can be only one of them.
        var kept = Kept([Box(71, 10, 77, 16, tile: 0, score: 0.9), Box(70, 10, 76, 16, tile: 1), Box(72.5, 10, 78.5, 16, tile: 1, index: 1)], Pair, PostProcessingStep.Default);
        Assert.Equal(2, kept.Count);
    }

    [Fact]
    public void Distil_ScatteredSmallObjects_ReportsEachOnceAndLosesNone()
    {
        foreach (var missed in new[] { 0, 0.1 })
        {
            var model = JitterModel.Scattered(missed, seed: 1);
            var (before, after) = (ByOverlapAlone(model), After(model));
            output.WriteLine($"scattered, {missed:P0} missed: before {before} {before.ShareTwice:P1}, after {after} {after.ShareTwice:P1}");
            Assert.True(before.ShareTwice > 0.2, $"{before}");
            Assert.True(after.ShareTwice < 0.005, $"{after}");
            Assert.Equal(0, after.Lost);
        }
    }

    [Theory]
    [InlineData(6, 12, 2)]
    [InlineData(6, 12, 3)]
    [InlineData(8, 16, 2)]
    [InlineData(6, 6, 2)]
    [InlineData(4, 4, 2)]
    public void Distil_RowsOfParkedCars_ReportsEachOnceAndLosesNone(double width, double length, double gap)
    {
        foreach (var missed in new[] { 0, 0.1 })
        {
            var model = JitterModel.Parked(width, length, gap, missed, seed: 2);
            var (before, after) = (ByOverlapAlone(model), After(model));
            output.WriteLine($"parked {width} x {length}, {gap} px apart, {missed:P0} missed: before {before} {before.ShareTwice:P1}, after {after} {after.ShareTwice:P1}");
            Assert.Equal((0, 0), (before.Lost, after.Lost));
            Assert.True(after.ShareTwice < 0.01 || width < 6, $"{after}");
        }
    }

    private static JitterCount After(JitterModel model) =>
        model.Count(Distiller.Distil(model.Candidates, model.Layout, [PostProcessingStep.Default with { SkipBoxThreshold = 0 }]).Kept);

    private static JitterCount ByOverlapAlone(JitterModel model)
    {
        var (candidates, kept) = (model.Candidates.ToArray(), model.Candidates.Select(_ => true).ToArray());
        var members = Enumerable.Range(0, kept.Length).ToArray();
        TruncatedDuplicates.Drop(candidates, members, model.Layout, kept);
        NonMaximumSuppression.Drop(candidates, members, model.Layout, PostProcessingStep.Default.IouThreshold, kept);
        return model.Count(kept);
    }
}
