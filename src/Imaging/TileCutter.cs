using Swath.Contracts;

namespace Swath.Imaging;

/// <summary>
/// All that one reading thread needs of an image: its own open file, encoder and locator. Give each thread a contiguous run of tiles
/// (<see cref="Runs"/>): it decodes fewer blocks twice.
/// </summary>
public sealed class TileCutter : IDisposable
{
    private readonly ImageFile _image;
    private readonly TileEncoder _encoder;
    private ImageLocator? _locator;

    /// <summary>Opens a local image for this thread.</summary>
    /// <exception cref="ImageException">As <see cref="ImageFile.Open(string, ImagingLimits)"/> and <see cref="TileEncoder"/> do.</exception>
    public TileCutter(string path, ImagingLimits limits, TileFormat format, TileCompression compression)
        : this(() => ImageFile.Open(path, limits), format, compression)
    {
    }

    /// <summary>Opens an image for this thread, and closes it in the end.</summary>
    /// <exception cref="ImageException">As the opening and <see cref="TileEncoder"/> do.</exception>
    public TileCutter(Func<ImageFile> open, TileFormat format, TileCompression compression)
    {
        ArgumentNullException.ThrowIfNull(open);
        _encoder = new TileEncoder(format, compression);
        _image = open();
    }

    /// <summary>What the image says of itself.</summary>
    public ImageHeader Header => _image.Header;

    /// <summary>The image's locator, made at the first use; null when the image is not georeferenced.</summary>
    public ImageLocator? Locator => _locator ??= ImageLocator.For(_image);

    /// <summary>Cuts the tiles into at most <paramref name="count"/> contiguous runs of nearly equal length, none empty.</summary>
    public static IReadOnlyList<IReadOnlyList<PixelWindow>> Runs(IReadOnlyList<PixelWindow> tiles, int count)
    {
        ArgumentNullException.ThrowIfNull(tiles);
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        var runs = Math.Min(count, tiles.Count);
        return [.. Enumerable.Range(0, runs).Select(run =>
        {
            var start = (int)((long)tiles.Count * run / runs);
            var end = (int)((long)tiles.Count * (run + 1) / runs);
            return (IReadOnlyList<PixelWindow>)[.. tiles.Skip(start).Take(end - start)];
        })];
    }

    /// <summary>Whether a tile shows nothing; see <see cref="ImageFile.IsBlank"/>.</summary>
    public bool IsBlank(PixelWindow window) => _image.IsBlank(window);

    /// <summary>Reads and encodes one tile; see <see cref="TileEncoder.Encode"/>.</summary>
    public EncodedTile Cut(PixelWindow window) => _encoder.Encode(_image, window);

    /// <summary>Closes the image.</summary>
    public void Dispose()
    {
        _locator?.Dispose();
        _encoder.Dispose();
        _image.Dispose();
    }
}
