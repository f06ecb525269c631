using System.Buffers.Binary;
using Swath.Imaging.Native;

namespace Swath.Imaging.Opening;

/// <summary>Where a JPEG 2000 code stream lies in a file.</summary>
/// <param name="Offset">Its first byte.</param>
/// <param name="Length">Its bytes, as far as the file has them.</param>
internal readonly record struct CodeStream(long Offset, long Length)
{
    private const int MostBoxes = 10_000;

    /// <summary>The code streams of a raw stream, of a JP2 file or of a NITF's images; none in other files.</summary>
    /// <param name="file">Any file.</param>
    /// <param name="isJpeg2000">True when the file begins as a raw stream or JP2 file.</param>
    public static IReadOnlyList<CodeStream> Find(VirtualFile file, out bool isJpeg2000)
    {
        Span<byte> start = stackalloc byte[12];
        start = start[..file.Read(0, start)];
        isJpeg2000 = Begins(start);
        if (isJpeg2000)
            return At(file, 0, file.Length) is { } stream ? [stream] : [];
        return start.StartsWith("NITF"u8) || start.StartsWith("NSIF"u8) ? [.. NitfImages.Of(file).Select(image => At(file, image.Offset, image.Length)).OfType<CodeStream>()] : [];
    }

    // ISO/IEC 15444-1: SOC and SIZ (annex A), or the signature box (annex I).
    private static bool Begins(ReadOnlySpan<byte> bytes) =>
        bytes.StartsWith<byte>([0xFF, 0x4F, 0xFF, 0x51]) || (bytes.Length >= 8 && bytes[4..8].SequenceEqual("jP  "u8));

    private static CodeStream? At(VirtualFile file, long offset, long length)
    {
        length = Math.Min(length, file.Length - offset);
        Span<byte> head = stackalloc byte[8];
        if (length < 8 || !file.TryRead((ulong)offset, head) || !Begins(head))
            return null;
        return head[0] == 0xFF ? new CodeStream(offset, length) : InBoxes(file, offset, offset + length);
    }

    // A box: its length with its head, its type, and for length 1 its length in 64 bits; length 0 reaches to the end.
    private static CodeStream? InBoxes(VirtualFile file, long offset, long end)
    {
        Span<byte> head = stackalloc byte[16];
        for (var boxes = 0; boxes < MostBoxes && file.Read((ulong)offset, head) >= 8; boxes++)
        {
            long length = BinaryPrimitives.ReadUInt32BigEndian(head), headLength = 8;
            if (length == 1)
                (length, headLength) = (BinaryPrimitives.ReadInt64BigEndian(head[8..]), 16);
            if (length == 0)
                length = end - offset;
            if (head[4..8].SequenceEqual("jp2c"u8))
                return new CodeStream(offset + headLength, Math.Min(Math.Max(0, length - headLength), end - offset - headLength));
            if (length < headLength || length > end - offset)
                return null;
            offset += length;
        }

        return null;
    }
}
