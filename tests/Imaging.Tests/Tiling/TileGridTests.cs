using FsCheck;
using FsCheck.Fluent;
using Swath.Contracts;

namespace Swath.Imaging.Tests.Tiling;

public sealed class TileGridTests
{
    private static readonly Config Cases = Config.QuickThrowOnFailure.WithMaxTest(300);

    private sealed record Cut(PixelWindow Area, int Size, int Overlap)
    {
        public IReadOnlyList<PixelWindow> Tiles() => TileGrid.Cover(Area, Size, Overlap);

        public IReadOnlyList<PixelWindow> Regions(int cell) => [.. TileGrid.Regions(Area, Size, Overlap, cell)];

        public IReadOnlyList<PixelWindow> TilesOf(PixelWindow region) => TileGrid.Within(Area, region, Size, Overlap);
    }

    private static readonly Comparer<PixelWindow> RowByRow = Comparer<PixelWindow>.Create((a, b) => (a.Y, a.X).CompareTo((b.Y, b.X)));

    private static readonly Arbitrary<int> Cells = Gen.Choose(1, 400).ToArbitrary();

    private static readonly Arbitrary<Cut> Cuts = (
        from x in Gen.Choose(0, 1000)
        from y in Gen.Choose(0, 1000)
        from width in Gen.Choose(1, 700)
        from height in Gen.Choose(1, 700)
        from size in Gen.Choose(1, 200)
        from overlap in Gen.Choose(0, size - 1)
        where (width / (size - overlap)) * (height / (size - overlap)) < 20_000
        select new Cut(new PixelWindow(x, y, width, height), size, overlap)).ToArbitrary();

    [Fact]
    public void Cover_AnyArea_CoversEveryPixel() => Check.One(Cases, Prop.ForAll(Cuts, cut =>
    {
        // The tiles are a grid: all is covered when no axis has a gap.
        var tiles = cut.Tiles();
        return NoGap(tiles.Select(tile => (tile.X, tile.Right)), cut.Area.X, cut.Area.Right)
            && NoGap(tiles.Select(tile => (tile.Y, tile.Bottom)), cut.Area.Y, cut.Area.Bottom)
            && tiles.Count == tiles.Select(tile => tile.X).Distinct().Count() * tiles.Select(tile => tile.Y).Distinct().Count();
    }));

    [Fact]
    public void Cover_AnyArea_LeavesNoTileOutside() => Check.One(Cases, Prop.ForAll(Cuts, cut => cut.Tiles().All(tile =>
        tile.X >= cut.Area.X && tile.Y >= cut.Area.Y && tile.Right <= cut.Area.Right && tile.Bottom <= cut.Area.Bottom)));

    [Fact]
    public void Cover_AnyArea_MakesFullTilesWhereTheAreaAllows() => Check.One(Cases, Prop.ForAll(Cuts, cut => cut.Tiles().All(tile =>
        tile.Width == Math.Min(cut.Size, cut.Area.Width) && tile.Height == Math.Min(cut.Size, cut.Area.Height))));

    [Fact]
    public void Cover_AnyArea_OverlapsAtLeastAsAskedAndEvenly() => Check.One(Cases, Prop.ForAll(Cuts, cut =>
    {
        var tiles = cut.Tiles();
        return Even([.. tiles.Select(tile => tile.X).Distinct().Order()], cut) && Even([.. tiles.Select(tile => tile.Y).Distinct().Order()], cut);

        static bool Even(int[] starts, Cut cut)
        {
            var steps = starts.Zip(starts.Skip(1), (first, second) => second - first).ToArray();
            return steps.Length == 0 || (cut.Size - steps.Max() >= cut.Overlap && steps.Max() - steps.Min() <= 1 && steps.Min() > 0);
        }
    }));

    [Fact]
    public void Cover_LargerArea_NeverHasFewerTiles() => Check.One(Cases, Prop.ForAll(
        Cuts, Gen.Choose(0, 300).Two().ToArbitrary(), (cut, growth) =>
        {
            var larger = cut.Area with { Width = cut.Area.Width + growth.Item1, Height = cut.Area.Height + growth.Item2 };
            return TileGrid.Count(larger, cut.Size, cut.Overlap) >= TileGrid.Count(cut.Area, cut.Size, cut.Overlap);
        }));

    [Fact]
    public void Count_AnyArea_IsTheNumberOfTiles() => Check.One(Cases, Prop.ForAll(
        Cuts, cut => TileGrid.Count(cut.Area, cut.Size, cut.Overlap) == cut.Tiles().Count));

    [Fact]
    public void Cover_AreaOfOneTile_IsThatTile() =>
        Assert.Equal([new PixelWindow(5, 7, 512, 512)], TileGrid.Cover(new(5, 7, 512, 512), 512, 50));

    [Fact]
    public void Cover_AreaSmallerThanTheOverlap_IsOneTileOfItsSize() =>
        Assert.Equal([new PixelWindow(0, 0, 30, 20)], TileGrid.Cover(new(0, 0, 30, 20), 1024, 50));

    [Fact]
    public void Count_LargestPossibleArea_DoesNotOverflow() =>
        Assert.Equal(2_173_567L * 2_173_567L, TileGrid.Count(new(0, 0, int.MaxValue, int.MaxValue), 1038, 50));

    [Theory]
    [InlineData(0, 0)]
    [InlineData(64, 64)]
    [InlineData(64, -1)]
    public void Cover_ImpossibleSizes_AreRefused(int size, int overlap) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => TileGrid.Cover(new(0, 0, 10, 10), Math.Max(size, 0), overlap));

    [Fact]
    public void Regions_AnyArea_HaveEveryTileOfTheAreaOnce() => Check.One(Cases, Prop.ForAll(Cuts, Cells, (cut, cell) =>
        cut.Regions(cell).SelectMany(cut.TilesOf).Order(RowByRow).SequenceEqual(cut.Tiles())));

    [Fact]
    public void Regions_AnyArea_AreTheSmallestWindowsAroundTheirTiles() => Check.One(Cases, Prop.ForAll(Cuts, Cells, (cut, cell) =>
        cut.Regions(cell).All(region =>
        {
            var tiles = cut.TilesOf(region);
            return (tiles.Min(tile => tile.X), tiles.Min(tile => tile.Y), tiles.Max(tile => tile.Right), tiles.Max(tile => tile.Bottom))
                == (region.X, region.Y, region.Right, region.Bottom);
        })));

    [Fact]
    public void Regions_AnyArea_KeepTheOriginsOfTheirTilesInOneCell() => Check.One(Cases, Prop.ForAll(Cuts, Cells, (cut, cell) =>
    {
        var cells = cut.Regions(cell).Select(region => cut.TilesOf(region).Select(tile => ((tile.X - cut.Area.X) / cell, (tile.Y - cut.Area.Y) / cell)).Distinct().ToList()).ToList();
        return cells.All(one => one.Count == 1) && cells.Select(one => one[0]).Distinct().Count() == cells.Count;
    }));

    [Fact]
    public void Regions_CellNoSmallerThanATile_ReachBeyondItByLessThanATile() => Check.One(Cases, Prop.ForAll(Cuts, Cells, (cut, growth) =>
    {
        var cell = cut.Size + growth;
        return cut.Regions(cell).All(region => Math.Max(region.Width, region.Height) < cell + cut.Size);
    }));

    [Fact]
    public void Within_TilesOfAnyPart_LieInItAndNoOtherDoes() => Check.One(Cases, Prop.ForAll(
        Cuts, Gen.Choose(0, 300).Four().ToArbitrary(), (cut, edges) =>
        {
            var part = new PixelWindow(cut.Area.X + edges.Item1 - 50, cut.Area.Y + edges.Item2 - 50, edges.Item3, edges.Item4);
            return TileGrid.Within(cut.Area, part, cut.Size, cut.Overlap).SequenceEqual(cut.Tiles().Where(tile =>
                tile.X >= part.X && tile.Y >= part.Y && tile.Right <= part.Right && tile.Bottom <= part.Bottom));
        }));

    [Theory]
    [InlineData(10_241, 10_241, 1, 121)]
    [InlineData(20_480, 20_480, 4, 441)]
    [InlineData(10_240, 20_481, 2, 231)]
    [InlineData(800, 600, 1, 1)]
    public void Regions_OfTheDefaultSizes_AreAsManyAsTheAreaNeeds(int width, int height, int regions, int tiles)
    {
        var area = new PixelWindow(0, 0, width, height);
        var found = TileGrid.Regions(area, 1024, 50, 10_240).ToList();

        Assert.Equal((regions, tiles), (found.Count, found.Sum(region => TileGrid.Within(area, region, 1024, 50).Count)));
        Assert.Equal(tiles, TileGrid.Count(area, 1024, 50));
    }

    [Fact]
    public void Runs_AnyCount_KeepsOrderAndBalance() => Check.One(Cases, Prop.ForAll(
        Cuts, Gen.Choose(1, 9).ToArbitrary(), (cut, count) =>
        {
            var tiles = cut.Tiles();
            var runs = TileCutter.Runs(tiles, count);
            return runs.SelectMany(run => run).SequenceEqual(tiles)
                && runs.Count <= count && runs.Max(run => run.Count) - runs.Min(run => run.Count) <= 1 && runs.All(run => run.Count > 0);
        }));

    private static bool NoGap(IEnumerable<(int Start, int End)> spans, int start, int end)
    {
        var reached = start;
        foreach (var span in spans.Distinct().OrderBy(span => span.Start))
        {
            if (span.Start > reached)
                return false;
            reached = Math.Max(reached, span.End);
        }

        return reached == end;
    }
}
