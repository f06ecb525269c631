using Swath.Contracts;
using Swath.Imaging;
using Swath.Worker.Regions;

namespace Swath.Worker.Tests.Regions;

public sealed class RegionsOfInterestTests : IDisposable
{
    private readonly TestImage _image = TestImage.Create();
    private readonly RegionsOfInterest _interests = new();

    public void Dispose() => _image.Dispose();

    [Fact]
    public void Of_TwoRegionsOfOneJob_IsFoundInTheImageOnce()
    {
        using var file = ImageFile.Open(_image.Path, ImagingLimits.Default);
        var work = Work();

        var first = _interests.Of(work, file, ImagingLimits.Default);

        Assert.NotNull(first);
        Assert.Same(first, _interests.Of(work with { Region = new ImageRegion(1, _image.Window, 1), Attempt = 2 }, file, ImagingLimits.Default));
        Assert.NotSame(first, _interests.Of(work with { JobId = Guid.NewGuid() }, file, ImagingLimits.Default));
        Assert.Null(_interests.Of(work with { RegionOfInterest = null }, file, ImagingLimits.Default));
    }

    [Fact]
    public void Of_RegionThatIsNotInTheImage_IsRefusedForEveryRegion()
    {
        using var file = ImageFile.Open(_image.Path, ImagingLimits.Default);
        var work = Work() with { RegionOfInterest = "POINT (0 0)" };

        for (var tries = 0; tries < 2; tries++)
            Assert.Equal(ImageErrorKind.InvalidRegionOfInterest, Assert.Throws<ImageException>(() => _interests.Of(work, file, ImagingLimits.Default)).Kind);
    }

    private ProcessRegion Work()
    {
        var (longitude, latitude) = _image.Place(150, 150);
        return new()
        {
            JobId = Guid.NewGuid(),
            Region = new ImageRegion(0, _image.Window, 1),
            WorkerId = "w",
            Attempt = 1,
            ImageUrl = _image.Path,
            RegionOfInterest = FormattableString.Invariant($"POINT ({longitude} {latitude})"),
            Endpoint = new ModelEndpoint { Name = "http://m/" },
            Tile = new TileOptions(),
            TileWorkers = 1,
        };
    }
}
