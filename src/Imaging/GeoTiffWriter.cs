using Swath.Imaging.Encoding;

namespace Swath.Imaging;

/// <summary>
/// Streams a large uncompressed, tiled GeoTIFF from top to bottom, one row of blocks at a time; memory holds one row of blocks. A file of 4 GB
/// or more becomes a BigTIFF. Needs no GDAL.
/// </summary>
public sealed class GeoTiffWriter : IDisposable
{
    private readonly Stream _target;
    private readonly bool _leaveOpen;
    private readonly byte[] _blocks;
    private int _nextRow;

    /// <summary>Writes the header.</summary>
    /// <param name="target">A stream at the position where the file starts, which is 0 of the file.</param>
    /// <param name="layout">Shape and place.</param>
    /// <param name="leaveOpen">False: the stream is disposed with the writer.</param>
    public GeoTiffWriter(Stream target, GeoTiffLayout layout, bool leaveOpen = false)
    {
        ArgumentNullException.ThrowIfNull(target);
        ArgumentNullException.ThrowIfNull(layout);
        Check(layout);
        _target = target;
        _leaveOpen = leaveOpen;
        Layout = layout;
        _blocks = new byte[(long)BlocksAcross * BytesPerBlock];
        WriteHeader();
    }

    /// <summary>Creates the file, or replaces it.</summary>
    public static GeoTiffWriter Create(string path, GeoTiffLayout layout) => new(File.Create(path, 1 << 20), layout);

    /// <summary>Shape and place.</summary>
    public GeoTiffLayout Layout { get; }

    /// <summary>First image row that the next call of <see cref="WriteBlockRow"/> writes.</summary>
    public int NextRow => _nextRow;

    /// <summary>Image rows that the next call takes: the block size, fewer at the bottom, 0 when all are written.</summary>
    public int RowsInNext => Math.Min(Layout.BlockSize, Layout.Height - _nextRow);

    private int BlocksAcross => (Layout.Width + Layout.BlockSize - 1) / Layout.BlockSize;

    private int BlocksDown => (Layout.Height + Layout.BlockSize - 1) / Layout.BlockSize;

    private int BytesPerBlock => Layout.BlockSize * Layout.BlockSize * Layout.Bands;

    /// <summary>Writes the next <see cref="RowsInNext"/> image rows.</summary>
    /// <param name="pixels">Width x <see cref="RowsInNext"/> x bands bytes: whole rows from the top, interleaved.</param>
    public void WriteBlockRow(ReadOnlySpan<byte> pixels)
    {
        int rows = RowsInNext, stride = Layout.Width * Layout.Bands, blockStride = Layout.BlockSize * Layout.Bands;
        if (rows == 0)
            throw new InvalidOperationException("All rows are written.");
        if (pixels.Length != (long)rows * stride)
            throw new ArgumentException($"{rows} rows are {(long)rows * stride} bytes, not {pixels.Length}.", nameof(pixels));

        // What blocks have beyond the image's edge stays zero.
        _blocks.AsSpan().Clear();
        for (var row = 0; row < rows; row++)
        {
            var line = pixels.Slice(row * stride, stride);
            for (var block = 0; block < BlocksAcross; block++)
            {
                var part = line.Slice(block * blockStride, Math.Min(blockStride, stride - (block * blockStride)));
                part.CopyTo(_blocks.AsSpan((block * BytesPerBlock) + (row * blockStride)));
            }
        }

        _target.Write(_blocks);
        _nextRow += rows;
    }

    /// <summary>Ends the file.</summary>
    public void Dispose()
    {
        _target.Flush();
        if (!_leaveOpen)
            _target.Dispose();
    }

    private static void Check(GeoTiffLayout layout)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(layout.Width, 1, nameof(layout));
        ArgumentOutOfRangeException.ThrowIfLessThan(layout.Height, 1, nameof(layout));
        if (layout.Bands is not (1 or 3))
            throw new ArgumentOutOfRangeException(nameof(layout), layout.Bands, "Bands must be 1 or 3.");
        if (layout.BlockSize < 16 || layout.BlockSize % 16 != 0)
            throw new ArgumentOutOfRangeException(nameof(layout), layout.BlockSize, "A TIFF block's size is a multiple of 16.");
        if (!(layout.PixelSize > 0) || !double.IsFinite(layout.PixelSize))
            throw new ArgumentOutOfRangeException(nameof(layout), layout.PixelSize, "The pixel size must be above 0.");
        if (layout.EpsgCode is < 1024 or > 32767)
            throw new ArgumentOutOfRangeException(nameof(layout), layout.EpsgCode, "A GeoTIFF names a projected EPSG system by 1024..32767.");
    }

    private void WriteHeader()
    {
        var count = BlocksAcross * BlocksDown;
        var big = (long)count * BytesPerBlock > uint.MaxValue - (1L << 24) - (8L * count);
        var directory = new TiffDirectory(big);
        directory.Add(TiffTag.Longs(TiffDirectory.ImageWidth, (uint)Layout.Width));
        directory.Add(TiffTag.Longs(TiffDirectory.ImageLength, (uint)Layout.Height));
        directory.Add(TiffTag.Shorts(TiffDirectory.BitsPerSample, Layout.Bands == 3 ? [8, 8, 8] : [8]));
        directory.Add(TiffTag.Shorts(TiffDirectory.Compression, 1));
        directory.Add(TiffTag.Shorts(TiffDirectory.Photometric, Layout.Bands == 3 ? (ushort)2 : (ushort)1));
        directory.Add(TiffTag.Shorts(TiffDirectory.SamplesPerPixel, (ushort)Layout.Bands));
        directory.Add(TiffTag.Shorts(TiffDirectory.PlanarConfiguration, 1));
        directory.Add(TiffTag.Longs(TiffDirectory.TileWidth, (uint)Layout.BlockSize));
        directory.Add(TiffTag.Longs(TiffDirectory.TileLength, (uint)Layout.BlockSize));
        AddPlace(directory);

        var sizes = new uint[count];
        sizes.AsSpan().Fill((uint)BytesPerBlock);
        directory.Add(TiffTag.Longs(TiffDirectory.TileByteCounts, sizes));
        directory.Add(Offsets(big, count, 0));
        directory.Replace(Offsets(big, count, directory.Size));

        var header = new byte[directory.Size];
        directory.Write(header);
        _target.Write(header);
    }

    private void AddPlace(TiffDirectory directory)
    {
        GeoTags.AddTransform(directory, [0, Layout.PixelSize, 0, 0, 0, -Layout.PixelSize], Layout.OriginX, Layout.OriginY);

        // Key directory (OGC 19-008, 7.1): version 1.1.0, three keys: projected model, pixel is area, EPSG code.
        directory.Add(TiffTag.Shorts(
            TiffDirectory.GeoKeyDirectory, 1, 1, 0, 3, 1024, 0, 1, 1, 1025, 0, 1, 1, 3072, 0, 1, (ushort)Layout.EpsgCode));
    }

    private TiffTag Offsets(bool big, int count, long start)
    {
        if (big)
        {
            var wide = new ulong[count];
            for (var i = 0; i < count; i++)
                wide[i] = (ulong)(start + ((long)i * BytesPerBlock));
            return TiffTag.Longs8(TiffDirectory.TileOffsets, wide);
        }

        var offsets = new uint[count];
        for (var i = 0; i < count; i++)
            offsets[i] = (uint)(start + ((long)i * BytesPerBlock));
        return TiffTag.Longs(TiffDirectory.TileOffsets, offsets);
    }
}
