using System.Buffers.Binary;

namespace Swath.Imaging.Encoding;

/// <summary>One entry of a TIFF directory (TIFF 6.0, section 2), little-endian.</summary>
/// <param name="Id">Number of the tag.</param>
/// <param name="Type">Field type: 2 ASCII, 3 SHORT, 4 LONG, 12 DOUBLE, 16 LONG8.</param>
/// <param name="Count">Number of values, not of bytes.</param>
/// <param name="Data">The values' bytes.</param>
internal sealed record TiffTag(ushort Id, ushort Type, uint Count, byte[] Data)
{
    public const ushort Ascii = 2, Short = 3, Long = 4, Double = 12, Long8 = 16;

    public static TiffTag Shorts(ushort id, params ReadOnlySpan<ushort> values)
    {
        var data = new byte[values.Length * 2];
        for (var i = 0; i < values.Length; i++)
            BinaryPrimitives.WriteUInt16LittleEndian(data.AsSpan(i * 2), values[i]);
        return new(id, Short, (uint)values.Length, data);
    }

    public static TiffTag Longs(ushort id, params ReadOnlySpan<uint> values)
    {
        var data = new byte[values.Length * 4];
        for (var i = 0; i < values.Length; i++)
            BinaryPrimitives.WriteUInt32LittleEndian(data.AsSpan(i * 4), values[i]);
        return new(id, Long, (uint)values.Length, data);
    }

    public static TiffTag Longs8(ushort id, params ReadOnlySpan<ulong> values)
    {
        var data = new byte[values.Length * 8];
        for (var i = 0; i < values.Length; i++)
            BinaryPrimitives.WriteUInt64LittleEndian(data.AsSpan(i * 8), values[i]);
        return new(id, Long8, (uint)values.Length, data);
    }

    public static TiffTag Doubles(ushort id, params ReadOnlySpan<double> values)
    {
        var data = new byte[values.Length * 8];
        for (var i = 0; i < values.Length; i++)
            BinaryPrimitives.WriteDoubleLittleEndian(data.AsSpan(i * 8), values[i]);
        return new(id, Double, (uint)values.Length, data);
    }

    public double DoubleAt(int index) => BinaryPrimitives.ReadDoubleLittleEndian(Data.AsSpan(index * 8));
}
