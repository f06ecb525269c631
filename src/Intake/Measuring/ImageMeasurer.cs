using Microsoft.Extensions.Options;
using Swath.Contracts;
using Swath.Imaging;

namespace Swath.Intake.Measuring;

/// <summary>Reads an image's header and computes its regions. Blocking: GDAL has no asynchronous reads.</summary>
public sealed class ImageMeasurer(IOptionsMonitor<IntakeOptions> options, ImageAccess images)
{
    /// <summary>The header, the regions with their tile counts, and what the user should know.</summary>
    /// <exception cref="ImageException">The image, or the region of interest, can't be processed; the message says why.</exception>
    public RegionsCalculated Measure(CalculateRegions command, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(command);
        using var image = images.Open(command.ImageUrl, command.ImageReadRole, cancellationToken);
        TileEncoder.EnsureSupported(command.Tile, image.Header);

        // Georeferencing that can't be used is better known now than at the first feature.
        using var locator = ImageLocator.For(image);
        var interest = command.RegionOfInterest is null ? null : RegionOfInterest.FromWkt(command.RegionOfInterest, image);
        var area = interest?.Bounds ?? new PixelWindow(0, 0, image.Header.Width, image.Header.Height);

        // Regions share as much as tiles do: an object on the seam of two regions is then whole in one of them.
        var size = Math.Max(options.CurrentValue.RegionSize, command.Tile.Size);
        List<ImageRegion> regions = [];
        foreach (var window in TileGrid.Cover(area, size, command.Tile.Overlap))
        {
            var tiles = TileGrid.Cover(window, command.Tile.Size, command.Tile.Overlap).Count(tile => interest?.Touches(tile) ?? true);
            if (tiles > 0)
                regions.Add(new ImageRegion(regions.Count, window, tiles));
        }

        return new RegionsCalculated { JobId = command.JobId, Image = image.Header, Regions = regions, Warnings = Warnings(image.Header) };
    }

    private static IReadOnlyList<string> Warnings(ImageHeader header) => header.Georeferencing == Georeferencing.None
        ? ["The image has no georeferencing: its features have pixel geometry only, and their geometry is null."]
        : [];
}
