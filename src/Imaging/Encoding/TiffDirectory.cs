using System.Buffers.Binary;

namespace Swath.Imaging.Encoding;

/// <summary>Header and single directory of a little-endian TIFF (TIFF 6.0) or BigTIFF; the pixels follow it.</summary>
internal sealed class TiffDirectory(bool big = false)
{
    /// <summary>Tags of the baseline and of GeoTIFF (OGC 19-008) that Swath writes.</summary>
    public const ushort ImageWidth = 256, ImageLength = 257, BitsPerSample = 258, Compression = 259, Photometric = 262, StripOffsets = 273,
        SamplesPerPixel = 277, RowsPerStrip = 278, StripByteCounts = 279, PlanarConfiguration = 284, TileWidth = 322, TileLength = 323,
        TileOffsets = 324, TileByteCounts = 325, ExtraSamples = 338, SampleFormat = 339, ModelPixelScale = 33550, ModelTiepoint = 33922,
        ModelTransformation = 34264, GeoKeyDirectory = 34735, GeoDoubleParams = 34736, GeoAsciiParams = 34737, GdalNoData = 42113,
        RpcCoefficients = 50844;

    private const int PixelAlignment = 16;

    private readonly List<TiffTag> _tags = [];

    public void Add(TiffTag tag) => _tags.Add(tag);

    /// <summary>Gives a tag that was added another value of the same length.</summary>
    public void Replace(TiffTag tag) => _tags[_tags.FindIndex(other => other.Id == tag.Id)] = tag;

    /// <summary>Bytes of header and directory together, where the pixels start.</summary>
    public int Size
    {
        get
        {
            var size = HeaderSize + CountSize + (_tags.Count * EntrySize) + OffsetSize;
            foreach (var tag in _tags)
                size = Align(size, 8) + (tag.Data.Length > OffsetSize ? tag.Data.Length : 0);
            return Align(size, PixelAlignment);
        }
    }

    private int HeaderSize => big ? 16 : 8;

    private int CountSize => big ? 8 : 2;

    private int EntrySize => big ? 20 : 12;

    private int OffsetSize => big ? 8 : 4;

    /// <summary>Writes <see cref="Size"/> bytes.</summary>
    public void Write(Span<byte> target)
    {
        target[..Size].Clear();
        target[0] = target[1] = (byte)'I';
        if (big)
        {
            target[2] = 43;
            target[4] = 8;
            target[8] = 16;
            BinaryPrimitives.WriteUInt64LittleEndian(target[16..], (ulong)_tags.Count);
        }
        else
        {
            target[2] = 42;
            target[4] = 8;
            BinaryPrimitives.WriteUInt16LittleEndian(target[8..], (ushort)_tags.Count);
        }

        var position = HeaderSize + CountSize;
        var free = position + (_tags.Count * EntrySize) + OffsetSize;
        foreach (var tag in _tags.OrderBy(tag => tag.Id))
        {
            free = Align(free, 8);
            var entry = target[position..];
            BinaryPrimitives.WriteUInt16LittleEndian(entry, tag.Id);
            BinaryPrimitives.WriteUInt16LittleEndian(entry[2..], tag.Type);
            WriteOffset(entry[4..], tag.Count);
            var value = entry[(4 + OffsetSize)..];
            if (tag.Data.Length <= OffsetSize)
            {
                tag.Data.CopyTo(value);
            }
            else
            {
                WriteOffset(value, (uint)free);
                tag.Data.CopyTo(target[free..]);
                free += tag.Data.Length;
            }

            position += EntrySize;
        }
    }

    /// <summary>The tags of a classic little-endian TIFF's first directory.</summary>
    public static List<TiffTag> Read(ReadOnlySpan<byte> file)
    {
        if (file.Length < 8 || file[0] != 'I' || file[2] != 42)
            throw new InvalidDataException("not a classic little-endian TIFF");
        var directory = file[(int)BinaryPrimitives.ReadUInt32LittleEndian(file[4..])..];
        var tags = new List<TiffTag>(BinaryPrimitives.ReadUInt16LittleEndian(directory));
        for (var i = 0; i < tags.Capacity; i++)
        {
            var entry = directory.Slice(2 + (i * 12), 12);
            var type = BinaryPrimitives.ReadUInt16LittleEndian(entry[2..]);
            var count = BinaryPrimitives.ReadUInt32LittleEndian(entry[4..]);
            var bytes = checked((int)count * SizeOf(type));
            var data = bytes <= 4 ? entry.Slice(8, bytes) : file.Slice((int)BinaryPrimitives.ReadUInt32LittleEndian(entry[8..]), bytes);
            tags.Add(new(BinaryPrimitives.ReadUInt16LittleEndian(entry), type, count, data.ToArray()));
        }

        return tags;
    }

    private static int SizeOf(ushort type) => type switch
    {
        3 or 8 => 2,
        4 or 9 or 11 or 13 => 4,
        5 or 10 or 12 or 16 or 17 or 18 => 8,
        _ => 1,
    };

    private static int Align(int value, int unit) => (value + unit - 1) / unit * unit;

    private void WriteOffset(Span<byte> target, uint value)
    {
        if (big)
            BinaryPrimitives.WriteUInt64LittleEndian(target, value);
        else
            BinaryPrimitives.WriteUInt32LittleEndian(target, value);
    }
}
