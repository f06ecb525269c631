using Swath.Contracts;
using Swath.Imaging.Encoding;

namespace Swath.Imaging;

/// <summary>
/// Writes windows of images as tiles in one format. One thread at a time; dispose it before the <see cref="ImageFile"/>s that it encoded.
/// GeoTIFF and NITF tiles carry their place; PNG and JPEG can't.
/// </summary>
public sealed class TileEncoder : IDisposable
{
    private readonly ITileEncoding _encoding;
    private ImageFile? _checked;

    /// <summary>Chooses how tiles are written.</summary>
    /// <exception cref="ImageException"><see cref="ImageErrorKind.InvalidRequest"/> when the format has no such compression.</exception>
    public TileEncoder(TileFormat format, TileCompression compression)
    {
        _encoding = (format, compression) switch
        {
            (TileFormat.Gtiff, TileCompression.None) => new GeoTiffEncoding(),
            (TileFormat.Gtiff, TileCompression.Lzw or TileCompression.Jpeg) => new CompressedGeoTiffEncoding(compression),
            (TileFormat.Png, TileCompression.None) => new PngEncoding(),
            (TileFormat.Jpeg, TileCompression.None or TileCompression.Jpeg) => new JpegEncoding(),
            (TileFormat.Nitf, TileCompression.None or TileCompression.Jpeg or TileCompression.J2k) => new NitfEncoding(compression),
            _ => throw new ImageException(ImageErrorKind.InvalidRequest, $"{format} tiles",
                $"{format} has no compression {compression}: GTIFF has NONE, LZW, JPEG; NITF has NONE, JPEG, J2K; JPEG has NONE, JPEG; PNG has NONE"),
        };
    }

    /// <summary>Checks, without reading a pixel, that tiles of this image can be written so.</summary>
    /// <exception cref="ImageException"><see cref="ImageErrorKind.InvalidRequest"/>, saying which format would do.</exception>
    public static void EnsureSupported(TileFormat format, TileCompression compression, ImageHeader image)
    {
        ArgumentNullException.ThrowIfNull(image);
        using var encoder = new TileEncoder(format, compression);
        if (encoder._encoding.WhyNot(image) is { } reason)
            throw new ImageException(ImageErrorKind.InvalidRequest, $"{format} tiles", reason);
    }

    /// <summary>Checks the same for tiles as a request describes them, stretched or not.</summary>
    /// <inheritdoc cref="EnsureSupported(TileFormat, TileCompression, ImageHeader)"/>
    public static void EnsureSupported(TileOptions tile, ImageHeader image)
    {
        ArgumentNullException.ThrowIfNull(tile);
        EnsureSupported(tile.Format, tile.Compression, ImageStatistics.Stretched($"{tile.Format} tiles", image, tile.Range));
    }

    /// <summary>Reads a window and writes it as a file in memory.</summary>
    /// <param name="image">The open image; the same thread's.</param>
    /// <param name="window">Inside the image.</param>
    /// <returns>The tile, to be disposed.</returns>
    /// <exception cref="ImageException">
    /// <see cref="ImageErrorKind.ReadFailed"/>, <see cref="ImageErrorKind.EncodeFailed"/>, or <see cref="ImageErrorKind.InvalidRequest"/> when the
    /// format can't hold the image's samples.
    /// </exception>
    public EncodedTile Encode(ImageFile image, PixelWindow window)
    {
        ArgumentNullException.ThrowIfNull(image);
        if (!ReferenceEquals(_checked, image))
        {
            if (_encoding.WhyNot(image.Header) is { } reason)
                throw new ImageException(ImageErrorKind.InvalidRequest, image.Path, reason);
            _checked = image;
        }

        var payload = _encoding.Encode(image, window, out var length);
        return new EncodedTile(payload, length, _encoding.ContentType, window);
    }

    /// <summary>Frees what the encoder keeps of the last image.</summary>
    public void Dispose() => (_encoding as IDisposable)?.Dispose();
}
