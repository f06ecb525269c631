using System.Buffers;
using Swath.Contracts;
using Swath.Imaging.Encoding;
using Swath.Imaging.Locating;
using Swath.Imaging.Native;
using Swath.Imaging.Opening;
using Swath.Imaging.Reading;
using Swath.Imaging.Remote;

namespace Swath.Imaging;

/// <summary>
/// An open image. It belongs to one thread at a time: a thread that reads opens its own. Reading is fastest when a thread takes
/// neighbouring windows, because blocks are decoded once.
/// </summary>
public sealed unsafe class ImageFile : IDisposable
{
    private readonly Palette? _palette;
    private readonly SampleMeaning _meaning;
    private readonly PixelHandle _pixels;
    private readonly int _sourceBytes;
    private readonly string _sourceTypeName;
    private readonly ImageMosaic? _mosaic;
    private readonly int[] _bandMap;
    private readonly double? _sourceNoData;
    private Stretch? _stretch;
    private GeoTags? _geoTags;
    private ChipMapping? _chip;
    private RemoteFile? _remote;
    private string? _remotePath;

    internal ImageFile(string path, DatasetHandle dataset, ImageHeader header, Palette? palette, SampleMeaning meaning, Func<DatasetHandle> reopen)
    {
        Path = path;
        Dataset = dataset;
        _pixels = new PixelHandle(path, dataset, reopen);
        Header = header;
        _palette = palette;
        _meaning = meaning;
        _sourceTypeName = header.SampleType;
        _sourceBytes = palette is null ? Gdal.GDALGetDataTypeSizeBytes(meaning.Type) : 1;
        _bandMap = ColorModel.BandMap(dataset);
        _sourceNoData = palette is null ? meaning.NoDataOf(dataset) : null;
        Notes = [.. SampleNotes.Of(dataset, palette, meaning)];
        Placed = dataset;
    }

    /// <param name="mosaic">All pieces; they are closed with the image.</param>
    /// <param name="place">What says where the whole is; null: the first piece does.</param>
    internal ImageFile(ImageMosaic mosaic, DatasetHandle? place)
        : this(mosaic.First.Path, mosaic.First.Dataset, mosaic.Header(place), mosaic.First._palette, mosaic.First._meaning, () => mosaic.First.Dataset)
    {
        _mosaic = mosaic;
        UnsupportedSensorModel = mosaic.First.UnsupportedSensorModel;
        Sicd = mosaic.First.Sicd;
        Placed = place ?? mosaic.First.Placed;
    }

    /// <summary>The image as it was named when it was opened.</summary>
    public string Path { get; }

    /// <summary>What the file says of itself. A palette image counts as three bands of bytes, because it is read as colours.</summary>
    public ImageHeader Header { get; private set; }

    /// <summary>Bytes of one sample of one band: 1..16.</summary>
    public int BytesPerSample => _stretch is null ? _sourceBytes : 1;

    /// <summary>The whole image.</summary>
    public PixelWindow Bounds => new(0, 0, Header.Width, Header.Height);

    /// <summary>What a user should know of the image's samples, in sentences; most images have none.</summary>
    public IReadOnlyList<string> Notes { get; internal set; }

    /// <summary>Sensor models of the file that places are not computed with, such as <c>SICD</c>; null when there are none, or better ones are used.</summary>
    public string? UnsupportedSensorModel { get; internal init; }

    /// <summary>The sensor model that places are computed with; null where they come from elsewhere.</summary>
    internal SicdMetadata? Sicd { get; init; }

    /// <summary>What the header says; pixels are read through <see cref="Read"/> alone, because a handle does not outlive a failed read.</summary>
    internal DatasetHandle Dataset { get; }

    /// <summary>What says where the pixels are: <see cref="Dataset"/>, but for images of several pieces.</summary>
    internal DatasetHandle Placed { get; }

    /// <summary>How high the ground is taken to be.</summary>
    internal LocatingOptions Locating { get; set; } = new();

    /// <summary>Where the pixels of a NITF chip lie in the image that its polynomials describe; null for images that are no chip.</summary>
    internal ChipMapping? Chip => Header.Georeferencing == Georeferencing.RationalPolynomial ? _chip ??= ChipMapping.Of(Path, Dataset) : null;

    /// <summary>GDAL's type of the samples that are read; before GDAL 3.7, <see cref="Gdal.Byte"/> for signed bytes.</summary>
    internal int SampleType => _stretch is null && _palette is null ? _meaning.Type : Gdal.Byte;

    /// <summary>True for signed bytes in a GDAL that has no type for them.</summary>
    internal bool IsNamelessSignedByte => Header.SampleType == SampleMeaning.SignedByte && SampleType == Gdal.Byte;

    /// <summary>What a TIFF tile says about its place; made at the first tile.</summary>
    internal GeoTags GeoTags => _geoTags ??= GeoTags.Of(this);

    /// <summary>Opens a local image and checks its claims against the limits; reads no pixel. Others: <see cref="ImageAccess"/>.</summary>
    /// <param name="path">A local path or <c>file://</c> address; GDAL's <c>/vsi</c> paths are refused.</param>
    /// <param name="limits">What is believed at most.</param>
    /// <param name="segment">Which image of the file, counted from 0; null: the first, with a note when there are more.</param>
    /// <exception cref="ImageException">With the kind, GDAL's message and the path.</exception>
    public static ImageFile Open(string path, ImagingLimits limits, int? segment = null)
    {
        ArgumentNullException.ThrowIfNull(limits);
        GdalRuntime.Initialize();
        return ImageAddress.Parse(path) is ImageAddress.Local local
            ? Open(path, local.FullPath, limits, segment)
            : throw new ImageException(ImageErrorKind.ForbiddenPath, path, "images of the network are not read here: name a local file");
    }

    /// <summary>Opens a file of the network.</summary>
    internal static ImageFile Open(string name, RemoteFile remote, ImagingLimits limits, int? segment)
    {
        var path = RemoteFileSystem.Add(remote, Extension(name));
        try
        {
            // Whether it is there, and may be read, is known before GDAL looks at it.
            _ = remote.Length;
            var image = remote.Open(() => Open(name, path, limits, segment));
            image._remote = remote;
            foreach (var (part, _) in image._mosaic?.Parts ?? [])
                part._remote = remote;
            image._remotePath = path;
            return image;
        }
        catch
        {
            RemoteFileSystem.Remove(path);
            throw;
        }
    }

    /// <summary>Opens what GDAL calls <paramref name="resolved"/>, such as a file in memory.</summary>
    internal static ImageFile Open(string name, string resolved, ImagingLimits limits, int? segment = null) => ImageSelection.Open(name, resolved, limits, segment);

    /// <summary>True when tiles are written as red, green, blue (and alpha): three or four bands of bytes, as GDAL does.</summary>
    internal bool IsColor => Header.Bands is 3 or 4 && Header.SampleType == "Byte";

    /// <summary>The same, or 16 bits that say themselves that they are red, green and blue.</summary>
    internal bool HasColors => IsColor || (Header.Bands is 3 or 4 && Header.SampleType == "UInt16" && ColorModel.SaysColors(Dataset));

    /// <summary>The value that means "no sample" in every band; null when there is none, or bands differ in it.</summary>
    internal double? NoData => _stretch is null || _sourceNoData is null ? _sourceNoData : 0;

    /// <summary>True when the band (counted from 1) says how opaque a pixel is.</summary>
    internal bool IsAlpha(int band) => band <= _bandMap.Length
        && Gdal.GDALGetRasterColorInterpretation(Gdal.GDALGetRasterBand(Dataset, band)) == Gdal.AlphaInterpretation;

    /// <summary>From now on the image's samples are read as bytes; what its header says changes with them. Before the first tile is encoded.</summary>
    /// <param name="stretch">As <see cref="ImageStatistics"/> found it in the same image; null changes nothing.</param>
    public void Apply(Stretch? stretch)
    {
        if (stretch is null)
            return;
        if (stretch.Low.Count != Header.Bands)
            throw new ArgumentException($"This was found in an image of {stretch.Low.Count} bands, not {Header.Bands}.", nameof(stretch));
        Header = ImageStatistics.Stretched(Path, Header, RangeAdjustment.MinMax);
        _stretch = stretch;
    }

    /// <summary>Bytes that <see cref="Read"/> fills for a window.</summary>
    public long BytesOf(PixelWindow window) => (long)window.Width * window.Height * Header.Bands * BytesPerSample;

    /// <summary>Reads a window's pixels at full resolution, in the machine's byte order.</summary>
    /// <param name="window">Inside the image.</param>
    /// <param name="target">At least <see cref="BytesOf"/> bytes.</param>
    /// <param name="order">How the bands are laid out.</param>
    /// <exception cref="ImageException"><see cref="ImageErrorKind.ReadFailed"/> when pixels are damaged or missing; other windows may still be read.</exception>
    /// <exception cref="ArgumentException">The window is not inside the image, or the target is too short.</exception>
    public void Read(PixelWindow window, Span<byte> target, SampleOrder order = SampleOrder.BandSequential)
    {
        if (window.X < 0 || window.Y < 0 || window.Width < 1 || window.Height < 1
            || window.Width > Header.Width - window.X || window.Height > Header.Height - window.Y)
            throw new ArgumentException($"The window {window} is not inside the image {Header.Width}x{Header.Height}.", nameof(window));
        var needed = BytesOf(window);
        if (target.Length < needed)
            throw new ArgumentException($"The window {window} needs {needed} bytes, not {target.Length}.", nameof(target));

        if (_stretch is null)
            ReadColors(window, target, order);
        else
            ReadStretched(_stretch, window, target, order);
    }

    /// <summary>True when a window shows nothing: each band has one value in all of it, or an alpha band says that all of it is transparent.</summary>
    /// <param name="window">Inside the image.</param>
    /// <exception cref="ImageException"><see cref="ImageErrorKind.ReadFailed"/> when pixels are damaged or missing.</exception>
    public bool IsBlank(PixelWindow window)
    {
        // The file's own samples: stretched to bytes, different ones may be the same.
        var (sampleBytes, bands) = _mosaic is null ? (Gdal.GDALGetDataTypeSizeBytes(_meaning.Type), _bandMap.Length) : (_sourceBytes, Header.Bands);
        var samples = ArrayPool<byte>.Shared.Rent(checked(window.Width * window.Height * sampleBytes * bands));
        try
        {
            var used = samples.AsSpan(0, window.Width * window.Height * sampleBytes * bands);
            if (_mosaic is null)
                ReadSamples(window, used, SampleOrder.BandSequential);
            else
                _mosaic.Read(window, used, SampleOrder.BandSequential);
            return BlankSamples.Are(used, bands, sampleBytes, IsAlpha);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(samples);
        }
    }

    /// <summary>Closes the file.</summary>
    public void Dispose()
    {
        _pixels.Dispose();
        Placed.Dispose();
        Dataset.Dispose();
        _mosaic?.Dispose();
        if (_remotePath is not null)
            RemoteFileSystem.Remove(_remotePath);
    }

    private void ReadStretched(Stretch stretch, PixelWindow window, Span<byte> target, SampleOrder order)
    {
        int count = checked(window.Width * window.Height), bands = Header.Bands;
        var bandBytes = checked(count * _sourceBytes);
        var raw = ArrayPool<byte>.Shared.Rent(checked(bandBytes * bands));
        var numbers = ArrayPool<double>.Shared.Rent(count);
        try
        {
            ReadColors(window, raw.AsSpan(0, bandBytes * bands), SampleOrder.BandSequential);
            for (var band = 0; band < bands; band++)
            {
                Stretch.ToNumbers(_sourceTypeName, raw.AsSpan(band * bandBytes, bandBytes), numbers.AsSpan(0, count));
                var (start, step) = order == SampleOrder.PixelInterleaved ? (band, bands) : (band * count, 1);
                stretch.Apply(band, numbers.AsSpan(0, count), target, start, step);
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(raw);
            ArrayPool<double>.Shared.Return(numbers);
        }
    }

    private void ReadColors(PixelWindow window, Span<byte> target, SampleOrder order)
    {
        if (_mosaic is not null)
        {
            _mosaic.Read(window, target, order);
            return;
        }

        if (_palette is null)
        {
            ReadSamples(window, target, order);
            if (_meaning.IsTurned)
                _meaning.Turn(target[..(int)((long)window.Width * window.Height * _bandMap.Length * _sourceBytes)], _bandMap.Length, order);
            return;
        }

        var count = checked(window.Width * window.Height * Gdal.GDALGetDataTypeSizeBytes(_meaning.Type));
        var indices = ArrayPool<byte>.Shared.Rent(count);
        try
        {
            var used = indices.AsSpan(0, count);
            ReadSamples(window, used, SampleOrder.BandSequential);
            _palette.Expand(used, target, order);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(indices);
        }
    }

    private void ReadSamples(PixelWindow window, Span<byte> target, SampleOrder order)
    {
        long bands = _bandMap.Length, sample = Gdal.GDALGetDataTypeSizeBytes(_meaning.Type);
        var spacing = order == SampleOrder.PixelInterleaved
            ? new PixelSpacing(sample * bands, sample * bands * window.Width, sample)
            : new PixelSpacing(sample, sample * window.Width, sample * window.Width * window.Height);
        _pixels.Read(window, target, _meaning.Type, _bandMap, spacing, _remote);
    }

    private static string Extension(string name)
    {
        var extension = System.IO.Path.GetExtension(name.Split('?')[0]).TrimStart('.');
        return extension.Length is > 0 and <= 4 && extension.All(char.IsAsciiLetterOrDigit) ? extension : "img";
    }
}
