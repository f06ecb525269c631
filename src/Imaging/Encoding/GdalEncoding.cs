using System.Buffers;
using System.Globalization;
using System.Runtime.InteropServices;
using Swath.Contracts;
using Swath.Imaging.Native;

namespace Swath.Imaging.Encoding;

/// <summary>A format that GDAL writes, from a dataset over our pixels into GDAL's memory file system: no temporary file, no second copy.</summary>
internal abstract unsafe class GdalEncoding(string driver, string extension, SampleOrder order) : ITileEncoding
{
    public abstract string ContentType { get; }

    public abstract string? WhyNot(ImageHeader image);

    public byte[] Encode(ImageFile image, PixelWindow window, out int length)
    {
        var bytes = checked((int)image.BytesOf(window));
        var wide = Widens(image);
        var pixels = ArrayPool<byte>.Shared.Rent(wide ? checked(2 * bytes) : bytes);
        try
        {
            image.Read(window, pixels.AsSpan(0, bytes), order);
            if (wide)
                Widen(pixels.AsSpan(0, 2 * bytes));
            fixed (byte* pinned = pixels)
                return Write(image, window, pinned, out length);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(pixels);
        }
    }

    /// <summary>Creation options of GDAL's driver.</summary>
    protected abstract IReadOnlyList<string> Options(ImageFile image, PixelWindow window);

    /// <summary>True when signed bytes, which this format has not, are written as signed 16-bit integers of the same value.</summary>
    protected virtual bool Widens(ImageFile image) => false;

    /// <summary>True when the bands are written as red, green, blue (and alpha).</summary>
    protected virtual bool WritesColors(ImageFile image) => image.IsColor;

    /// <summary>Puts the tile's place on the dataset that is written.</summary>
    protected virtual void Locate(ImageFile image, DatasetHandle tile, PixelWindow window)
    {
    }

    private byte[] Write(ImageFile image, PixelWindow window, byte* pixels, out int length)
    {
        var path = MemoryFile.NewPath(extension);
        GdalErrors.Reset();
        using var source = Wrap(image, window, pixels);
        Locate(image, source, window);
        using (var options = new NativeStrings(Options(image, window)))
        using (var written = Gdal.GDALCreateCopy(Gdal.GDALGetDriverByName(driver), path, source, 0, options.Pointer, 0, 0))
        {
            if (written.IsInvalid)
            {
                var message = GdalErrors.Message;
                _ = Gdal.VSIUnlink(path);
                throw new ImageException(ImageErrorKind.EncodeFailed, image.Path, $"the tile {window} can't be written as {driver}: {message}");
            }
        }

        // Closing the file writes its last bytes, so only now a failure is known.
        var file = MemoryFile.Take(path, out length);
        if (!GdalErrors.Any)
            return file;
        ArrayPool<byte>.Shared.Return(file);
        throw new ImageException(ImageErrorKind.EncodeFailed, image.Path, $"the tile {window} can't be written as {driver}: {GdalErrors.Message}");
    }

    private DatasetHandle Wrap(ImageFile image, PixelWindow window, byte* pixels)
    {
        var (type, sample) = Widens(image) ? (Gdal.Int16, 2L) : (image.SampleType, image.BytesPerSample);
        long bands = image.Header.Bands;
        var (pixelStep, lineStep, bandStep) = order == SampleOrder.PixelInterleaved
            ? (sample * bands, sample * bands * window.Width, sample)
            : (sample, sample * window.Width, sample * window.Width * window.Height);
        var dataset = Gdal.GDALCreate(Gdal.GDALGetDriverByName("MEM"), "", window.Width, window.Height, 0, type, null);
        for (var band = 0; band < bands && !dataset.IsInvalid; band++)
        {
            using var options = new NativeStrings(
                string.Create(CultureInfo.InvariantCulture, $"DATAPOINTER=0x{(nint)(pixels + (band * bandStep)):x}"),
                string.Create(CultureInfo.InvariantCulture, $"PIXELOFFSET={pixelStep}"),
                string.Create(CultureInfo.InvariantCulture, $"LINEOFFSET={lineStep}"));
            if (Gdal.GDALAddBand(dataset, type, options.Pointer) >= Gdal.Failure)
            {
                dataset.Dispose();
                throw new ImageException(ImageErrorKind.EncodeFailed, image.Path, $"GDAL can't wrap the tile {window}: {GdalErrors.Message}");
            }

            // Red, green and blue are 3, 4, 5; a fourth band is alpha where the source says so.
            if (WritesColors(image) && (band < 3 || image.IsAlpha(4)))
                _ = Gdal.GDALSetRasterColorInterpretation(Gdal.GDALGetRasterBand(dataset, band + 1), Gdal.RedInterpretation + band);
            else if (bands == 2 && band == 1 && image.IsAlpha(2))
                _ = Gdal.GDALSetRasterColorInterpretation(Gdal.GDALGetRasterBand(dataset, 2), Gdal.AlphaInterpretation);
        }

        return dataset;
    }

    // From the end: what is written never lies before what is still to be read.
    private static void Widen(Span<byte> pixels)
    {
        var wide = MemoryMarshal.Cast<byte, short>(pixels);
        for (var i = wide.Length - 1; i >= 0; i--)
            wide[i] = (sbyte)pixels[i];
    }
}
