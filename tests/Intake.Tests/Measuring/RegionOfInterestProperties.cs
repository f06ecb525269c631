using FsCheck;
using FsCheck.Fluent;
using Microsoft.Extensions.Options;
using Swath.Contracts;
using Swath.Imaging;
using Swath.Intake.Measuring;
using Swath.Testing;

namespace Swath.Intake.Tests.Measuring;

public sealed class RegionOfInterestProperties : IDisposable
{
    private const int Width = 1_000;
    private const int Height = 700;
    private readonly string _image = Path.Combine(Path.GetTempPath(), $"swath-{Guid.NewGuid():N}.tif");

    public RegionOfInterestProperties()
    {
        using var writer = GeoTiffWriter.Create(_image, new GeoTiffLayout(Width, Height, 1, 32618, 500_000, 4_000_000, 10, BlockSize: 256));
        while (writer.RowsInNext > 0)
            writer.WriteBlockRow(new byte[Width * writer.RowsInNext]);
    }

    public void Dispose() => File.Delete(_image);

    /// <summary>Any triangle that touches the image, any region and tile size: a region of interest never makes a job dearer.</summary>
    [Fact]
    public void Measure_AnyRegionOfInterest_NeverRaisesTheNumberOfRegionsOrTiles()
    {
        var corner = from x in Gen.Choose(-200, Width + 200) from y in Gen.Choose(-200, Height + 200) select (x, y);
        var cases =
            from first in corner
            from second in corner
            from third in corner
            from region in Gen.Choose(150, 1_200)
            from tile in Gen.Choose(64, 150)
            from overlap in Gen.Choose(0, 30)
            select (corners: new[] { first, second, third, first }, region, tile: new TileOptions { Size = tile, Overlap = overlap });
        var measured = 0;

        Check.One(
            Config.QuickThrowOnFailure.WithMaxTest(200),
            Prop.ForAll(cases.ToArbitrary(), @case =>
            {
                var whole = Measure(@case.region, @case.tile, null);
                try
                {
                    var part = Measure(@case.region, @case.tile, Wkt(@case.corners));
                    measured++;
                    return part.Regions.Count >= 1 && part.Regions.Count <= whole.Regions.Count
                        && part.Regions.Sum(region => region.Tiles) <= whole.Regions.Sum(region => region.Tiles);
                }
                catch (ImageException refused)
                {
                    return refused.Rejection == ImageRejection.InvalidRegionOfInterest;
                }
            }));

        Assert.True(measured >= 100, $"only {measured} regions of interest touched the image");
    }

    /// <summary>What the workers make of the regions is what was measured, whatever the sizes: each tile that meets the interest once, and none beside.</summary>
    [Fact]
    public void Measure_AnySizes_DealsOutTheTilesOfTheProcessedWindowOnce()
    {
        using var file = ImageFile.Open(_image, ImagingLimits.Default);
        var corners = new[] { (130, 90), (910, 40), (700, 650), (130, 90) };
        var interest = RegionOfInterest.FromWkt(Wkt(corners), file);
        var cases =
            from region in Gen.Choose(150, 1_200)
            from tile in Gen.Choose(64, 150)
            from overlap in Gen.Choose(0, tile / 2)
            from whole in Gen.Elements(true, false)
            select (region, tile: new TileOptions { Size = tile, Overlap = overlap }, whole);

        Check.One(
            Config.QuickThrowOnFailure.WithMaxTest(100),
            Prop.ForAll(cases.ToArbitrary(), @case =>
            {
                var (size, overlap) = (@case.tile.Size, @case.tile.Overlap);
                var regions = Measure(@case.region, @case.tile, @case.whole ? null : Wkt(corners)).Regions;
                var tiles = regions.Select(region => TileGrid.Within(region.Grid!.Value, region.Window, size, overlap).Where(Wanted).ToList()).ToList();
                return regions.Select(region => region.Tiles).SequenceEqual(tiles.Select(some => some.Count))
                    && tiles.SelectMany(some => some).OrderBy(tile => (tile.Y, tile.X))
                        .SequenceEqual(TileGrid.Cover(@case.whole ? file.Bounds : interest.Bounds, size, overlap).Where(Wanted));

                bool Wanted(PixelWindow tile) => @case.whole || interest.Touches(tile);
            }));
    }

    private string Wkt((int X, int Y)[] corners)
    {
        using var file = ImageFile.Open(_image, ImagingLimits.Default);
        using var locator = ImageLocator.For(file)!;
        var points = corners.Select(corner =>
        {
            Assert.True(locator.TryLocate(corner.X, corner.Y, out var longitude, out var latitude));
            return FormattableString.Invariant($"{longitude:R} {latitude:R}");
        });
        return $"POLYGON (({string.Join(", ", points)}))";
    }

    private RegionsCalculated Measure(int regionSize, TileOptions tile, string? interest) =>
        new ImageMeasurer(new Fixed<IntakeOptions>(new() { RegionSize = regionSize }), new ImageAccess(() => new(), () => new(), TimeProvider.System), WideAccess.Settings).Measure(
            new CalculateRegions { JobId = Guid.Empty, ImageUrl = _image, Tile = tile, RegionOfInterest = interest });

    private sealed class Fixed<T>(T options) : IOptionsMonitor<T>
    {
        public T CurrentValue => options;

        public T Get(string? name) => options;

        public IDisposable? OnChange(Action<T, string?> listener) => null;
    }
}
