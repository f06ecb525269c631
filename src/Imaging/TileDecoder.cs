using Swath.Imaging.Native;

namespace Swath.Imaging;

/// <summary>Reads an image file that is held in memory, as a model does with the tile that it was sent.</summary>
public static unsafe class TileDecoder
{
    private static readonly ImagingLimits Limits = ImagingLimits.Default with { MaxPixels = 1L << 28, MaxBlockBytes = 1L << 30 };

    /// <summary>Decodes a TIFF, NITF, PNG, JPEG or JPEG 2000 file of at most 2^28 pixels.</summary>
    /// <exception cref="ImageException">The bytes are no such image, or are damaged; GDAL's message is inside.</exception>
    public static RasterBuffer Decode(ReadOnlyMemory<byte> file)
    {
        GdalRuntime.Initialize();
        if (file.IsEmpty)
            throw new ImageException(ImageErrorKind.NotAnImage, "tile", "there are no bytes");
        var path = MemoryFile.NewPath("tile");
        using var pinned = file.Pin();
        var handle = Gdal.VSIFileFromMemBuffer(path, (byte*)pinned.Pointer, (ulong)file.Length, takeOwnership: 0);
        if (handle == 0)
            throw new ImageException(ImageErrorKind.NotAnImage, "tile", "GDAL can't take the bytes");
        _ = Gdal.VSIFCloseL(handle);
        try
        {
            using var image = ImageFile.Open("tile", path, Limits);
            var pixels = GC.AllocateUninitializedArray<byte>(checked((int)image.BytesOf(image.Bounds)));
            image.Read(image.Bounds, pixels);
            return new RasterBuffer(image.Header.Width, image.Header.Height, image.Header.Bands, image.Header.SampleType, pixels);
        }
        finally
        {
            _ = Gdal.VSIUnlink(path);
        }
    }
}
