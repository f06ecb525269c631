using Swath.Contracts;
using Swath.Imaging;
using Swath.Intake.Measuring;
using Swath.Testing;

namespace Swath.Intake.Tests.Measuring;

public sealed class ImageMeasurerTests
{
    [SkippableFact]
    public void Measure_LandsatInUtm_TellsHeaderRegionsAndTiles()
    {
        var measured = Measure(ImageryFolder.Require("landsat7-bahamas-rgb.tif"), new TileOptions { Size = 256, Overlap = 32 });

        Assert.Equal("GTiff", measured.Image.Driver);
        Assert.Equal(Georeferencing.Affine, measured.Image.Georeferencing);
        var region = Assert.Single(measured.Regions);
        Assert.Equal(new PixelWindow(0, 0, measured.Image.Width, measured.Image.Height), region.Window);
        Assert.Equal(TileGrid.Cover(region.Window, 256, 32).Count, region.Tiles);
        Assert.Empty(measured.Warnings);
    }

    [SkippableFact]
    public void Measure_SmallRegions_CoverTheImage()
    {
        var measured = Measure(ImageryFolder.Require("wpafb-20091021-vis-r2.ntf"), new TileOptions { Size = 512 }, regionSize: 2048);

        Assert.Equal((6656, 4608), (measured.Image.Width, measured.Image.Height));
        var image = new PixelWindow(0, 0, 6656, 4608);
        Assert.Equal(TileGrid.Regions(image, 512, 50, 2048), measured.Regions.Select(region => region.Window));
        Assert.All(measured.Regions, region => Assert.Equal(image, region.Grid));
        Assert.Equal(TileGrid.Count(image, 512, 50), measured.Regions.Sum(region => region.Tiles));
        Assert.Equal(Enumerable.Range(0, measured.Regions.Count), measured.Regions.Select(region => region.RegionId));
    }

    [SkippableFact]
    public void Measure_WithoutGeoreferencing_Warns()
    {
        var measured = Measure(ImageryFolder.Require("jitc-1024-j2k.ntf"), new TileOptions());

        Assert.Equal(Georeferencing.None, measured.Image.Georeferencing);
        Assert.Contains("no georeferencing", Assert.Single(measured.Warnings), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/no/such/image.tif", ImageRejection.NotFound)]
    [InlineData("/vsizip/etc.zip/passwd.tif", ImageRejection.ForbiddenPath)]
    public void Measure_ImageThatCannotBe_IsRejectedWithAReason(string image, ImageRejection reason)
    {
        var refused = Assert.Throws<ImageException>(() => Measure(image, new TileOptions()));

        Assert.Equal(reason, refused.Rejection);
        Assert.Contains(image, refused.Message, StringComparison.Ordinal);
    }

    [SkippableFact]
    public void Measure_BadRegionOfInterest_IsRejectedWithAReason()
    {
        var image = ImageryFolder.Require("landsat7-bahamas-rgb.tif");

        var refused = Assert.Throws<ImageException>(() => Measure(image, new TileOptions(), interest: "POLYGON 1 2"));

        Assert.Equal(ImageRejection.InvalidRegionOfInterest, refused.Rejection);
    }

    [SkippableFact]
    public void Measure_RegionOfInterest_NeedsNoMoreTilesThanTheWholeImage()
    {
        var image = ImageryFolder.Require("landsat7-bahamas-rgb.tif");
        var tile = new TileOptions { Size = 128, Overlap = 16 };
        using var file = ImageFile.Open(image, ImagingLimits.Default);
        using var locator = ImageLocator.For(file)!;
        var (width, height) = (file.Header.Width, file.Header.Height);
        string Corner(double x, double y)
        {
            Assert.True(locator.TryLocate(x * width, y * height, out var longitude, out var latitude));
            return FormattableString.Invariant($"{longitude:R} {latitude:R}");
        }

        var quarter = $"POLYGON (({Corner(0.25, 0.25)}, {Corner(0.5, 0.25)}, {Corner(0.5, 0.5)}, {Corner(0.25, 0.5)}, {Corner(0.25, 0.25)}))";

        var whole = Measure(image, tile).Regions.Sum(region => region.Tiles);
        var part = Measure(image, tile, interest: quarter).Regions.Sum(region => region.Tiles);

        Assert.InRange(part, 1, whole - 1);
    }

    [Theory]
    [InlineData(16, 15)]
    [InlineData(64, 0)]
    public void Measure_MoreTilesThanAJobMayHave_IsRejectedBeforeTheyAreListed(int size, int overlap)
    {
        var folder = Directory.CreateTempSubdirectory("swath-measuring-tests-").FullName;
        try
        {
            var path = Path.Combine(folder, "image.tif");
            using (var writer = GeoTiffWriter.Create(path, new GeoTiffLayout(2000, 2000, 1, 32618, 500_000, 4_500_000, 0.5)))
            {
                while (writer.RowsInNext > 0)
                    writer.WriteBlockRow(new byte[writer.RowsInNext * writer.Layout.Width]);
            }

            var refused = Assert.Throws<ImageException>(() => Measure(path, new TileOptions { Size = size, Overlap = overlap }, mostTiles: 1000));

            Assert.Equal(ImageRejection.TooLarge, refused.Rejection);
            Assert.Contains("JOB_MAX_TILES", refused.Message, StringComparison.Ordinal);
            Assert.NotEmpty(Measure(path, new TileOptions { Size = 512, Overlap = 0 }, mostTiles: 16).Regions);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static RegionsCalculated Measure(string image, TileOptions tile, int regionSize = 10240, string? interest = null, int mostTiles = 1_000_000) =>
        new ImageMeasurer(new Fixed<IntakeOptions>(new() { RegionSize = regionSize, JobMaxTiles = mostTiles }), new ImageAccess(() => new(), () => new(), TimeProvider.System), WideAccess.Settings).Measure(
            new CalculateRegions { JobId = Guid.Empty, ImageUrl = image, Tile = tile, RegionOfInterest = interest });

    private sealed class Fixed<T>(T options) : Microsoft.Extensions.Options.IOptionsMonitor<T>
    {
        public T CurrentValue => options;

        public T Get(string? name) => options;

        public IDisposable? OnChange(Action<T, string?> listener) => null;
    }
}
