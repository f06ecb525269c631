using Swath.Contracts;
using Swath.Imaging;

namespace Swath.Worker.Regions;

/// <summary>What a region comes to: its tiles, and what is known of the image before a pixel is read.</summary>
/// <param name="Tiles">The tiles that the region is cut into, row by row; those that don't touch the region of interest are left out.</param>
/// <param name="Interest">The region of interest in image pixels; null when all of the image is.</param>
/// <param name="Image">The image's header.</param>
/// <param name="Stretch">How samples are brought to 8 bits; null: not at all.</param>
internal sealed record RegionPlan(IReadOnlyList<PixelWindow> Tiles, RegionOfInterest? Interest, ImageHeader Image, Stretch? Stretch)
{
    /// <exception cref="ImageException">The image can't be opened, the region of interest not be found in it, or such tiles not be made of it.</exception>
    public static RegionPlan Make(ProcessRegion work, Func<ImageFile> open, RegionsOfInterest interests, ImagingLimits limits)
    {
        using var image = open();
        TileEncoder.EnsureSupported(work.Tile, image.Header);
        var (window, grid) = (work.Region.Window, work.Region.Grid ?? work.Region.Window);
        if (!Contains(image.Bounds, grid) || !Contains(grid, window))
            throw new ImageException(ImageErrorKind.NotAnImage, work.ImageUrl,
                $"the image is {image.Header.Width}x{image.Header.Height} now and no longer has the region {window}: it was replaced after the job was measured");
        var interest = interests.Of(work, image, limits);
        var tiles = TileGrid.Within(grid, window, work.Tile.Size, work.Tile.Overlap);
        return new RegionPlan(interest is null ? tiles : [.. tiles.Where(interest.Touches)], interest, image.Header, ImageStatistics.StretchOf(image, work.Tile.Range));
    }

    private static bool Contains(PixelWindow whole, PixelWindow part) =>
        part.X >= whole.X && part.Y >= whole.Y && part.Width >= 1 && part.Height >= 1 && part.Right <= whole.Right && part.Bottom <= whole.Bottom;
}
