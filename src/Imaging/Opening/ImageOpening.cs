using System.Globalization;
using Swath.Contracts;
using Swath.Imaging.Native;

namespace Swath.Imaging.Opening;

/// <summary>Opens a dataset and checks what its header claims, before a pixel is read.</summary>
internal static unsafe class ImageOpening
{
    private static readonly Lock LimitsLock = new();
    private static ImagingLimits? _applied;

    public static DatasetHandle Open(string given, string resolved, ImagingLimits limits)
    {
        Apply(limits);
        Jpeg2000Claims.Check(given, resolved, limits);
        GdalErrors.Reset();
        var dataset = Opened(resolved);
        if (dataset == 0)
            throw new ImageException(ImageErrorKind.NotAnImage, given, RefusalReason(resolved).Replace(resolved, given, StringComparison.Ordinal));
        var handle = new DatasetHandle(dataset);
        if (GdalErrors.Odd && DriverOf(handle) == "JPEG" && !JpegStream.HasEnd(resolved))
        {
            // The decoder has used up its one warning, and would take what is missing for grey.
            handle.Dispose();
            throw new ImageException(ImageErrorKind.NotAnImage, given, "its header has stray bytes and its data ends before the picture does: it is damaged");
        }

        return handle;
    }

    /// <exception cref="ImageException"><see cref="ImageErrorKind.TooLarge"/>, naming the limit to raise.</exception>
    public static void CheckClaims(string given, string resolved, DatasetHandle dataset, ImagingLimits limits)
    {
        long width = Gdal.GDALGetRasterXSize(dataset), height = Gdal.GDALGetRasterYSize(dataset);
        var bands = Gdal.GDALGetRasterCount(dataset);
        if (bands < 1 || width < 1 || height < 1)
            throw new ImageException(ImageErrorKind.NotAnImage, given, "the file holds no raster");
        CheckSize(given, width, height, limits);
        if (bands > limits.MaxBands)
            throw TooLarge(given, $"{bands} bands", nameof(ImagingLimits.MaxBands), limits.MaxBands);

        CheckDensity(given, resolved, dataset, width * height);
        var interleaved = Gdal.Text(Gdal.GDALGetMetadataItem(dataset, "INTERLEAVE", "IMAGE_STRUCTURE")) == "PIXEL" ? bands : 1;
        for (var number = 1; number <= bands; number++)
        {
            var band = Gdal.GDALGetRasterBand(dataset, number);
            Gdal.GDALGetBlockSize(band, out var blockWidth, out var blockHeight);
            var bytes = (Int128)blockWidth * blockHeight * Gdal.GDALGetDataTypeSizeBytes(Gdal.GDALGetRasterDataType(band)) * interleaved;
            if (bytes > limits.MaxBlockBytes)
                throw TooLarge(given, $"blocks of {blockWidth} x {blockHeight} pixels ({bytes} bytes)", nameof(ImagingLimits.MaxBlockBytes), limits.MaxBlockBytes);
        }
    }

    /// <summary>
    /// PNG and JPEG are decoded from their beginning. A few bytes that claim gigapixels are cut short or a trap, and the last pixel would cost
    /// all the claimed ones: JPEG takes a bit or more for each 8 x 8 block, deflate makes at most 1 032 bytes of one.
    /// </summary>
    private static void CheckDensity(string given, string resolved, DatasetHandle dataset, long pixels)
    {
        long mostPerByte = DriverOf(dataset) switch { "JPEG" => 1024, "PNG" => 8 * 1032, _ => 0 };
        if (mostPerByte == 0)
            return;
        using var file = VirtualFile.Open(resolved);
        if (file is null)
            return;
        var length = file.Length;
        if (pixels / mostPerByte > length)
            throw new ImageException(ImageErrorKind.NotAnImage, given, string.Create(CultureInfo.InvariantCulture, $"its {length} bytes can't be the {pixels} pixels that it claims: it is damaged"));
    }

    /// <exception cref="ImageException"><see cref="ImageErrorKind.TooLarge"/>.</exception>
    public static void CheckSize(string given, long width, long height, ImagingLimits limits)
    {
        if (width * height > limits.MaxPixels)
            throw TooLarge(given, $"{width} x {height} pixels", nameof(ImagingLimits.MaxPixels), limits.MaxPixels);
    }

    public static ImageHeader Header(DatasetHandle dataset, Palette? palette, SampleMeaning meaning, Georeferencing georeferencing) => new()
    {
        Width = Gdal.GDALGetRasterXSize(dataset),
        Height = Gdal.GDALGetRasterYSize(dataset),
        Bands = palette is null ? Gdal.GDALGetRasterCount(dataset) : Palette.Bands,
        SampleType = palette is null ? meaning.TypeName : "Byte",
        Driver = DriverOf(dataset),
        Georeferencing = georeferencing,
        Source = Origin.Of(dataset),
    };

    /// <summary>The type that holds the samples of every band.</summary>
    public static int SampleType(DatasetHandle dataset)
    {
        var type = Gdal.GDALGetRasterDataType(Gdal.GDALGetRasterBand(dataset, 1));
        for (var band = 2; band <= Gdal.GDALGetRasterCount(dataset); band++)
            type = Gdal.GDALDataTypeUnion(type, Gdal.GDALGetRasterDataType(Gdal.GDALGetRasterBand(dataset, band)));
        return type;
    }

    private static nint Opened(string resolved)
    {
        using var drivers = new NativeStrings(GdalRuntime.SourceDrivers);
        return Gdal.GDALOpenEx(resolved, Gdal.OpenRaster | Gdal.OpenVerboseError, drivers.Pointer, null, null);
    }

    // A file that GDAL does not take for an image at all, and one whose kind of JPEG 2000 it can't decode, get the same words from it.
    private static string RefusalReason(string resolved)
    {
        var said = GdalErrors.Message;
        if (Jpeg2000Claims.Limitation(resolved) is { } limitation)
            return $"this JPEG 2000 image is of a kind that can't be read: {limitation}";
        var remarks = GdalErrors.Listen(() =>
        {
            if (Opened(resolved) is not 0 and var late)
                Gdal.GDALClose(late);
        });
        return remarks.Count > 0
            ? $"this image is of a kind that GDAL can't read: {string.Join("; ", remarks)}; {said}"
            : $"this is not a readable TIFF, NITF, PNG, JPEG or JPEG 2000 image: {said}";
    }

    /// <exception cref="ImageException"><see cref="ImageErrorKind.NotAnImage"/>: GDAL opens it and can decode none of it.</exception>
    public static void CheckCompression(string given, DatasetHandle dataset)
    {
        // MIL-STD-2500C, table A-3: what GDAL opens without a word, and fails to decode tile by tile.
        var code = DriverOf(dataset) == "NITF" ? Gdal.Text(Gdal.GDALGetMetadataItem(dataset, "NITF_IC", null))?.Trim() : null;
        var name = code switch
        {
            null or "NC" or "NM" or "C1" or "M1" or "C3" or "M3" or "C4" or "M4" or "C8" => null,
            "I1" => "downsampled JPEG",
            "C2" or "M2" => "ARIDPCM",
            "C5" or "M5" => "lossless JPEG",
            "C6" or "C7" or "M6" or "M7" => "reserved",
            "M8" => "JPEG 2000 with a mask",
            _ => "not in the standard",
        };
        if (name is null)
            return;
        byte pixel;
        GdalErrors.Reset();
        var band = 1;
        if (Gdal.GDALDatasetRasterIOEx(dataset, Gdal.ReadFlag, 0, 0, 1, 1, &pixel, 1, 1, Gdal.Byte, 1, &band, 1, 1, 1, 0) >= Gdal.Failure)
        {
            throw new ImageException(ImageErrorKind.NotAnImage, given,
                $"the NITF's pixels are compressed as {code} ({name}), which GDAL can't decode: write them as NC, C3 or C8. It said: {GdalErrors.Message}");
        }
    }

    /// <summary>The short name of the format's driver.</summary>
    public static string DriverOf(DatasetHandle dataset) => Gdal.Text(Gdal.GDALGetDriverShortName(Gdal.GDALGetDatasetDriver(dataset)))!;

    private static void Apply(ImagingLimits limits)
    {
        lock (LimitsLock)
        {
            if (limits == _applied)
                return;
            Gdal.GDALSetCacheMax64(limits.BlockCacheBytes);
            _applied = limits;
        }
    }

    private static ImageException TooLarge(string given, string claim, string limit, long value) => new(
        ImageErrorKind.TooLarge, given, string.Create(CultureInfo.InvariantCulture, $"the image claims {claim}; {limit} is {value}: raise it if the image is trusted"));
}
