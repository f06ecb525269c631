using Swath.Contracts;
using Swath.Worker.Distillation;
using static Swath.Worker.Tests.Distillation.Scenes;

namespace Swath.Worker.Tests.Distillation;

public sealed class TruncatedDuplicatesTests
{
    // Tile 0 sees 0..100, tile 1 sees 60..160.
    private static readonly TileLayout Pair = Grid(2, 1, 100, 40);

    [Fact]
    public void Distil_PartCutByTheBorder_GoesThoughItsScoreIsBetter()
    {
        var kept = Kept([Box(90, 10, 100, 30, tile: 0, score: 0.99), Box(90, 10, 130, 30, tile: 1, score: 0.6)], Pair, PostProcessingStep.Default);
        Assert.Equal(1, Assert.Single(kept).Tile);
    }

    [Fact]
    public void Distil_PartThatEndsAPixelBeforeTheBorder_Goes() =>
        Assert.Single(Kept([Box(90, 10, 99, 30, tile: 0), Box(90, 9, 130, 31, tile: 1)], Pair, PostProcessingStep.Default));

    [Fact]
    public void Distil_PartOfADiagonalObject_Goes() =>
        Assert.Single(Kept([Box(80, 10, 100, 30, tile: 0), Box(80, 10, 140, 70, tile: 1)], Pair, PostProcessingStep.Default));

    [Fact]
    public void Distil_ObjectLongerThanTheOverlap_KeepsTheLargerPart()
    {
        var kept = Kept([Box(30, 10, 100, 30, tile: 0, score: 0.9), Box(60, 10, 150, 30, tile: 1, score: 0.5)], Pair, PostProcessingStep.Default);
        Assert.Equal(1, Assert.Single(kept).Tile);
    }

    [Fact]
    public void Distil_PartCutByTheBorderWithNoOther_Stays() =>
        Assert.Equal(2, Kept([Box(90, 10, 100, 30, tile: 0), Box(120, 60, 140, 80, tile: 1)], Pair, PostProcessingStep.Default).Count);

    [Fact]
    public void Distil_NeighbourThatEndsBeforeTheBorder_IsAnotherObject() =>
        Assert.Equal(2, Kept([Box(80, 10, 100, 30, tile: 0), Box(75, 5, 97, 35, tile: 1)], Pair, PostProcessingStep.Default).Count);

    [Fact]
    public void Distil_SmallWholeObjectInsideALargerOne_Stays() =>
        Assert.Equal(2, Kept([Box(70, 12, 80, 20, tile: 0), Box(65, 10, 130, 30, tile: 1)], Pair, PostProcessingStep.Default).Count);

    [Fact]
    public void Distil_CutByTheImagesOwnEdge_IsNotTruncated()
    {
        // The top edge belongs to the image: nothing was cut there.
        Assert.Equal(2, Kept([Box(70, 0, 80, 10, tile: 0), Box(65, 0, 130, 30, tile: 1)], Pair, PostProcessingStep.Default).Count);
    }

    [Fact]
    public void Distil_ObjectAtTheCornerOfFourTiles_IsReportedOnce()
    {
        var layout = Grid(2, 2, 100, 40);
        var kept = Kept(
            [
                Box(90, 90, 100, 100, tile: 0, score: 0.9),
                Box(90, 90, 120, 100, tile: 1, score: 0.8),
                Box(90, 90, 100, 120, tile: 2, score: 0.7),
                Box(90, 90, 120, 120, tile: 3, score: 0.6),
            ],
            layout,
            PostProcessingStep.Default);
        Assert.Equal(3, Assert.Single(kept).Tile);
    }

    [Fact]
    public void Distil_SceneOfSeparateObjectsSmallerThanTheOverlap_ReportsEachOnce()
    {
        // What the product promises: with objects no larger than the overlap, tiling leaves no trace in the result.
        var layout = Grid(5, 5, 200, 50);
        var candidates = new List<DistillationCandidate>();
        var objects = 0;
        var random = new Random(3);
        for (var y = 3; y < 740; y += 61)
        {
            for (var x = 3; x < 740; x += 61)
            {
                objects++;
                var right = x + 10 + random.Next(38);
                var bottom = y + 10 + random.Next(38);
                for (var tile = 0; tile < layout.Windows.Count; tile++)
                {
                    var window = layout.Windows[tile];
                    if (x < window.Right - 1 && right > window.X + 1 && y < window.Bottom - 1 && bottom > window.Y + 1)
                    {
                        var box = Boxes.Clamp(new(x, y, right, bottom), window);
                        candidates.Add(new(box, random.NextDouble(), 0, tile, candidates.Count));
                    }
                }
            }
        }

        Assert.Equal(objects, Kept(candidates, layout, PostProcessingStep.Default with { SkipBoxThreshold = 0 }).Count);
        Assert.True(candidates.Count > objects * 1.3);
    }
}
