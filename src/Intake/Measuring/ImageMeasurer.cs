using Microsoft.Extensions.Options;
using Swath.Access;
using Swath.Contracts;
using Swath.Imaging;

namespace Swath.Intake.Measuring;

/// <summary>Reads an image's header and computes its regions. Blocking: GDAL has no asynchronous reads.</summary>
public sealed class ImageMeasurer(IOptionsMonitor<IntakeOptions> options, ImageAccess images, GrantSettings settings)
{
    /// <summary>The header, the regions with their tile counts, and what the user should know.</summary>
    /// <exception cref="ImageException">The image, or the region of interest, can't be processed; the message says why.</exception>
    public RegionsCalculated Measure(CalculateRegions command, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(command);
        using var image = images.Open(command.ImageUrl, command.ImageReadRole, settings.AccessOf(command.Grants), command.ImageSegment, cancellationToken);
        TileEncoder.EnsureSupported(command.Tile, image.Header);

        // Georeferencing that can't be used is better known now than at the first feature.
        using var locator = ImageLocator.For(image);
        var interest = command.RegionOfInterest is null ? null : RegionOfInterest.FromWkt(command.RegionOfInterest, image, images.Limits);
        var area = interest?.AtLeast(command.Tile.Size) ?? new PixelWindow(0, 0, image.Header.Width, image.Header.Height);

        CheckTiles(command, area);

        // A cell that is no smaller than a tile has at least one tile's origin.
        var (size, overlap) = (command.Tile.Size, command.Tile.Overlap);
        List<ImageRegion> regions = [];
        foreach (var window in TileGrid.Regions(area, size, overlap, cell: Math.Max(options.CurrentValue.RegionSize, size)))
        {
            var tiles = TileGrid.Within(area, window, size, overlap);
            if (interest is not null)
                tiles = [.. tiles.Where(interest.Touches)];
            if (tiles.Count > 0)
                regions.Add(new ImageRegion(regions.Count, Around(tiles), tiles.Count) { Grid = area });
        }

        return new RegionsCalculated { JobId = command.JobId, Image = image.Header, Regions = regions, Warnings = Warnings(image) };
    }

    private static PixelWindow Around(IReadOnlyList<PixelWindow> tiles)
    {
        var (left, top) = (tiles.Min(tile => tile.X), tiles.Min(tile => tile.Y));
        return new(left, top, tiles.Max(tile => tile.Right) - left, tiles.Max(tile => tile.Bottom) - top);
    }

    // Before a list of them is made.
    private void CheckTiles(CalculateRegions command, PixelWindow area)
    {
        var (tiles, most) = (TileGrid.Count(area, command.Tile.Size, command.Tile.Overlap), options.CurrentValue.JobMaxTiles);
        if (tiles > most)
            throw new ImageException(ImageErrorKind.TooLarge, command.ImageUrl,
                $"it would be cut into {tiles} tiles, more than {most} (JOB_MAX_TILES): use larger tiles, less overlap or a smaller region of interest");
    }

    private static IReadOnlyList<string> Warnings(ImageFile image)
    {
        const string lost = "its features have pixel geometry only, and their geometry is null.";
        List<string> warnings = (image.Header.Georeferencing, image.UnsupportedSensorModel) switch
        {
            (Georeferencing.None, null) => [$"The image has no georeferencing: {lost}"],
            (Georeferencing.None, { } model) => [$"Sensor model not supported ({model}): {lost}"],
            (_, { } model) => [$"Sensor model not supported ({model}): features are placed by its corner coordinates, which fit the ground less well."],
            _ => [],
        };
        return [.. warnings, .. image.Notes];
    }
}
