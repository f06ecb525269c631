using System.Runtime.ExceptionServices;
using Swath.Contracts;
using Swath.Imaging.Native;
using Swath.Imaging.Remote;

namespace Swath.Imaging.Reading;

/// <summary>
/// The GDAL handle that an image's pixels are read through. One that failed is thrown away: decoders go on behind damage and take what they
/// have lost for grey, and a block list that was read in part has holes. What failed is tried once more on a fresh handle.
/// </summary>
internal sealed unsafe class PixelHandle : IDisposable
{
    private readonly string _path;
    private readonly DatasetHandle _first;
    private readonly Func<DatasetHandle> _open;
    private readonly bool _isSequential;
    private DatasetHandle _current;
    private bool _isFresh = true;
    private bool _isSpoiled;

    // Of an image that is decoded from its first row on: the window with the highest last row that could not be read, and why.
    private int _unreadableTo = int.MaxValue;
    private string? _reason;

    /// <summary>Begins with a handle that its owner closes.</summary>
    /// <param name="path">The image as the user named it.</param>
    /// <param name="first">A handle through which nothing was read.</param>
    /// <param name="open">Opens the same image again.</param>
    public PixelHandle(string path, DatasetHandle first, Func<DatasetHandle> open)
    {
        (_path, _first, _open) = (path, first, open);
        _current = first;
        _isSequential = IsSequential(first);
    }

    /// <summary>Reads a window at full resolution.</summary>
    /// <param name="window">Inside the image.</param>
    /// <param name="target">Large enough.</param>
    /// <param name="type">GDAL's type of the samples in the target.</param>
    /// <param name="bands">The bands, counted from 1.</param>
    /// <param name="spacing">How the samples lie in the target.</param>
    /// <param name="remote">The file of the network that GDAL reads; null for another.</param>
    /// <exception cref="ImageException"><see cref="ImageErrorKind.ReadFailed"/>, or what the network failed with.</exception>
    public void Read(PixelWindow window, Span<byte> target, int type, int[] bands, PixelSpacing spacing, RemoteFile? remote)
    {
        if (window.Bottom >= _unreadableTo)
            throw Unreadable(window, _reason!);
        if (_isSpoiled)
            Renew(window, remote);
        var failure = TryRead(window, target, type, bands, spacing, remote, out var wasFresh);
        if (failure is not null && !wasFresh)
        {
            Renew(window, remote);
            failure = TryRead(window, target, type, bands, spacing, remote, out _);
        }

        if (failure is null)
            return;
        if (_isSequential)
            (_unreadableTo, _reason) = (window.Bottom, failure);
        throw Unreadable(window, failure);
    }

    /// <summary>Closes the handle that replaced the first one.</summary>
    public void Dispose()
    {
        if (!ReferenceEquals(_current, _first))
            _current.Dispose();
    }

    private string? TryRead(PixelWindow window, Span<byte> target, int type, int[] bands, PixelSpacing spacing, RemoteFile? remote, out bool wasFresh)
    {
        wasFresh = _isFresh;
        _isFresh = false;
        GdalErrors.Reset();
        remote?.Failure = null;
        int result;
        fixed (byte* buffer = target)
        fixed (int* map = bands)
            result = ReadInto(buffer, map, window, type, bands.Length, spacing);

        _isSpoiled = remote?.Failure is not null || result >= Gdal.Failure || GdalErrors.Damage is not null;

        // Some drivers take missing bytes for black pixels.
        if (remote?.Failure is { } failed)
            ExceptionDispatchInfo.Throw(failed);
        if (!_isSpoiled)
            return null;
        if (!GdalErrors.Any && GdalErrors.Damage is { } damage)
            return damage;
        var said = GdalErrors.Message;
        return SaysWhy(said) ? said : $"{Remarks(target, bands, window, type, spacing)}{said}";
    }

    private int ReadInto(byte* buffer, int* map, PixelWindow window, int type, int bands, PixelSpacing spacing) => Gdal.GDALDatasetRasterIOEx(
        _current, Gdal.ReadFlag, window.X, window.Y, window.Width, window.Height, buffer, window.Width, window.Height,
        type, bands, map, spacing.Pixel, spacing.Line, spacing.Band, 0);

    // "image.ntf, band 1: IReadBlock failed at X offset 0, Y offset 0" alone is where, not why.
    private static bool SaysWhy(string said) =>
        GdalErrors.Any && (said.Contains("; ", StringComparison.Ordinal) || !said.Contains("IReadBlock failed", StringComparison.Ordinal) || !char.IsAsciiDigit(said[^1]));

    // Nothing is believed of what this reads: the handle is spoiled.
    private string Remarks(Span<byte> target, int[] bands, PixelWindow window, int type, PixelSpacing spacing)
    {
        IReadOnlyList<string> remarks;
        fixed (byte* buffer = target)
        fixed (int* map = bands)
        {
            byte* pixels = buffer;
            int* numbers = map;
            remarks = GdalErrors.Listen(() => ReadInto(pixels, numbers, window, type, bands.Length, spacing));
        }

        return string.Concat(remarks.Select(remark => remark + "; "));
    }

    private void Renew(PixelWindow window, RemoteFile? remote)
    {
        DatasetHandle renewed;
        try
        {
            renewed = remote is null ? _open() : remote.Open(_open);
        }
        catch (ImageException gone) when (gone.Kind == ImageErrorKind.NotAnImage && remote?.Failure is null)
        {
            throw new ImageException(ImageErrorKind.ReadFailed, _path, $"the pixels {window} can't be read: {gone.Detail}", gone);
        }

        Dispose();
        (_current, _isFresh, _isSpoiled) = (renewed, true, false);
        if (Shape(renewed) != Shape(_first))
        {
            _isSpoiled = true;
            throw Unreadable(window, "the file is another one now: it was replaced while it was read");
        }
    }

    private ImageException Unreadable(PixelWindow window, string reason) =>
        new(ImageErrorKind.ReadFailed, _path, $"the pixels {window} can't be read: {reason}");

    private static (int Width, int Height, int Bands, int Type) Shape(DatasetHandle dataset) => (
        Gdal.GDALGetRasterXSize(dataset), Gdal.GDALGetRasterYSize(dataset), Gdal.GDALGetRasterCount(dataset),
        Gdal.GDALGetRasterDataType(Gdal.GDALGetRasterBand(dataset, 1)));

    // A row needs all rows above it: PNG, JPEG, and the one JPEG of a NITF without blocks.
    private static bool IsSequential(DatasetHandle dataset)
    {
        var driver = Gdal.Text(Gdal.GDALGetDriverShortName(Gdal.GDALGetDatasetDriver(dataset)));
        if (driver != "NITF")
            return driver is "PNG" or "JPEG";
        Gdal.GDALGetBlockSize(Gdal.GDALGetRasterBand(dataset, 1), out _, out var rows);
        return rows == 1 && Gdal.Text(Gdal.GDALGetMetadataItem(dataset, "NITF_IC", null)) is "C3" or "M3";
    }
}
