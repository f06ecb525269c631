using System.Buffers.Binary;
using Swath.Imaging.Native;

namespace Swath.Imaging.Opening;

/// <summary>
/// The chain of directories of a TIFF (TIFF 6.0, section 2) or BigTIFF, read by hand: GDAL says neither which of them are images of their own nor
/// which colours it did not convert. Nothing of it is trusted: a chain that runs in a circle, or out of the file, ends.
/// </summary>
internal sealed class TiffPages
{
    private const int MostPages = 65_535;
    private const int MostEntries = 4_096;
    private const ushort NewSubfileType = 254, SubfileType = 255, Photometric = 262;
    private const uint ReducedImage = 1, Mask = 4, OldReducedImage = 2;

    private readonly VirtualFile _file;
    private readonly bool _littleEndian;
    private readonly bool _big;

    private TiffPages(VirtualFile file, bool littleEndian, bool big)
    {
        _file = file;
        _littleEndian = littleEndian;
        _big = big;
    }

    /// <summary>The directories in the order of the chain, which is GDAL's numbering of them from 1; empty when the file is no TIFF.</summary>
    public static IReadOnlyList<TiffPage> Of(string resolved, int most = MostPages)
    {
        using var file = VirtualFile.Open(resolved);
        Span<byte> header = stackalloc byte[16];
        if (file is null || !file.TryRead(0, header[..8]))
            return [];
        var littleEndian = header[0] == 'I';
        if (header[0] != header[1] || header[0] is not ((byte)'I' or (byte)'M'))
            return [];
        var version = littleEndian ? BinaryPrimitives.ReadUInt16LittleEndian(header[2..]) : BinaryPrimitives.ReadUInt16BigEndian(header[2..]);
        if (version is not (42 or 43) || (version == 43 && !file.TryRead(0, header)))
            return [];
        var pages = new TiffPages(file, littleEndian, version == 43);
        return pages.Walk(version == 43 ? pages.Number(header[8..], 8) : pages.Number(header[4..], 4), most);
    }

    private List<TiffPage> Walk(ulong offset, int most)
    {
        List<TiffPage> pages = [];
        HashSet<ulong> seen = [];
        while (offset != 0 && pages.Count < most && seen.Add(offset))
        {
            if (Read(offset, out var next) is not { } page)
                break;
            pages.Add(page);
            offset = next;
        }

        return pages;
    }

    private TiffPage? Read(ulong offset, out ulong next)
    {
        next = 0;
        int countSize = _big ? 8 : 2, entrySize = _big ? 20 : 12, offsetSize = _big ? 8 : 4;
        Span<byte> number = stackalloc byte[8];
        if (!_file.TryRead(offset, number[..countSize]))
            return null;
        var count = Number(number, countSize);
        if (count is 0 or > MostEntries)
            return null;
        var entries = new byte[((int)count * entrySize) + offsetSize];
        if (!_file.TryRead(offset + (ulong)countSize, entries))
            return null;
        var page = new TiffPage(false, null);
        for (var i = 0; i < (int)count; i++)
        {
            var entry = entries.AsSpan(i * entrySize, entrySize);
            var type = Number(entry[2..], 2);
            var value = Number(entry[(4 + offsetSize)..], type switch { 3 => 2, 4 => 4, _ => 1 });
            page = Number(entry, 2) switch
            {
                NewSubfileType => page with { IsPartOfAnother = (value & (ReducedImage | Mask)) != 0 },
                SubfileType when value == OldReducedImage => page with { IsPartOfAnother = true },
                Photometric => page with { Photometric = (ushort)value },
                _ => page,
            };
        }

        next = Number(entries.AsSpan((int)count * entrySize), offsetSize);
        return page;
    }

    private ulong Number(ReadOnlySpan<byte> bytes, int size) => (size, _littleEndian) switch
    {
        (1, _) => bytes[0],
        (2, true) => BinaryPrimitives.ReadUInt16LittleEndian(bytes),
        (2, false) => BinaryPrimitives.ReadUInt16BigEndian(bytes),
        (4, true) => BinaryPrimitives.ReadUInt32LittleEndian(bytes),
        (4, false) => BinaryPrimitives.ReadUInt32BigEndian(bytes),
        (_, true) => BinaryPrimitives.ReadUInt64LittleEndian(bytes),
        _ => BinaryPrimitives.ReadUInt64BigEndian(bytes),
    };
}
