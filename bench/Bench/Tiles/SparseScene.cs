using System.Buffers.Binary;

namespace Swath.Bench.Tiles;

/// <summary>Writes a huge image without its pixels: a tiled TIFF of three 8-bit bands whose blocks are all left out, which reads as zeros.</summary>
internal static class SparseScene
{
    private const int Block = 512;

    public static void Write(string path, int size)
    {
        var blocks = (size + Block - 1) / Block * ((size + Block - 1) / Block);
        (ushort Tag, ushort Type, int Count, int Value)[] entries =
        [
            (256, 4, 1, size), (257, 4, 1, size), (258, 3, 3, -1), (259, 3, 1, 1), (262, 3, 1, 2), (277, 3, 1, 3), (284, 3, 1, 1),
            (322, 4, 1, Block), (323, 4, 1, Block), (324, 4, blocks, -2), (325, 4, blocks, -2),
        ];
        var end = 8 + 2 + (12 * entries.Length) + 4;
        var file = new byte[end + 8 + (4 * blocks)];
        var bits = end;
        var zeros = end + 8;
        "II*\0"u8.CopyTo(file);
        BinaryPrimitives.WriteInt32LittleEndian(file.AsSpan(4), 8);
        BinaryPrimitives.WriteUInt16LittleEndian(file.AsSpan(8), (ushort)entries.Length);
        for (var i = 0; i < entries.Length; i++)
        {
            var entry = file.AsSpan(10 + (12 * i), 12);
            BinaryPrimitives.WriteUInt16LittleEndian(entry, entries[i].Tag);
            BinaryPrimitives.WriteUInt16LittleEndian(entry[2..], entries[i].Type);
            BinaryPrimitives.WriteInt32LittleEndian(entry[4..], entries[i].Count);
            BinaryPrimitives.WriteInt32LittleEndian(entry[8..], entries[i].Value switch { -1 => bits, -2 => zeros, var value => value });
        }

        for (var band = 0; band < 3; band++)
            BinaryPrimitives.WriteUInt16LittleEndian(file.AsSpan(bits + (2 * band)), 8);
        File.WriteAllBytes(path, file);
    }
}
