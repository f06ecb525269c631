using System.Buffers.Binary;
using Swath.Imaging.Native;

namespace Swath.Imaging.Opening;

/// <summary>
/// What the main header of a JPEG 2000 code stream claims (ISO/IEC 15444-1, annex A: SIZ, COD), read before a decoder believes it: OpenJPEG makes
/// its tables for every tile when it opens a stream, and for every code block of a tile when it decodes a pixel of it.
/// </summary>
internal sealed record Jpeg2000Header
{
    // Measured with OpenJPEG 2.5: tables of a tile, of one of its components, of a code block, of a precinct with its two tag trees.
    private const long TileBytes = 6_700, TileComponentBytes = 1_100, CodeBlockBytes = 330, PrecinctBytes = 700;

    // GDAL decodes an image of one tile in squares of this side.
    private const long DecodedSide = 1024;
    private const int SizFixed = 40, MostHeader = 1 << 20, MostComponents = 16_384;
    private const int Cod = 0xFF52, StartOfTilePart = 0xFF90;

    public required long Width { get; init; }

    public required long Height { get; init; }

    public required long TileWidth { get; init; }

    public required long TileHeight { get; init; }

    /// <summary>Tiles of the grid.</summary>
    public required Int128 Tiles { get; init; }

    /// <summary>For each component, how many columns and rows one of its samples stands for.</summary>
    public required IReadOnlyList<(int X, int Y)> Steps { get; init; }

    private int Levels { get; init; } = 5;

    // Exponents: log2 of columns and rows of a code block, and of a precinct at each resolution, the smallest first.
    private (int X, int Y) CodeBlock { get; init; } = (6, 6);

    private IReadOnlyList<(int X, int Y)> Precincts { get; init; } = [];

    /// <summary>True when some components have fewer samples than others.</summary>
    public bool IsSubsampled => Steps.Any(step => step != Steps[0]);

    /// <summary>Bytes that decoding one pixel takes, within a factor of two.</summary>
    public Int128 DecoderBytes
    {
        get
        {
            long width = Math.Min(TileWidth, Width), height = Math.Min(TileHeight, Height);
            Int128 samples = (Int128)width * height * Steps.Count;
            Int128 decoded = Tiles == 1 ? Int128.Min(samples, (Int128)DecodedSide * DecodedSide * Steps.Count) : samples;

            return (Tiles * (TileBytes + (TileComponentBytes * Steps.Count))) + (decoded * sizeof(int)) + TableBytes(samples);
        }
    }

    /// <summary>Reads the main header; null when it is none.</summary>
    public static Jpeg2000Header? Read(VirtualFile file, CodeStream stream)
    {
        // SOC, then SIZ, which must be the first segment.
        Span<byte> head = stackalloc byte[4 + SizFixed - 2];
        if (stream.Length < head.Length || !file.TryRead((ulong)stream.Offset, head) || BinaryPrimitives.ReadUInt32BigEndian(head) != 0xFF4FFF51)
            return null;
        var siz = head[4..];
        uint Grid(ReadOnlySpan<byte> bytes, int field) => BinaryPrimitives.ReadUInt32BigEndian(bytes[(4 + (4 * field))..]);
        long right = Grid(siz, 0), bottom = Grid(siz, 1), left = Grid(siz, 2), top = Grid(siz, 3);
        long tileWidth = Grid(siz, 4), tileHeight = Grid(siz, 5), tileLeft = Grid(siz, 6), tileTop = Grid(siz, 7);
        var components = BinaryPrimitives.ReadUInt16BigEndian(siz[36..]);
        if (right <= left || bottom <= top || tileWidth < 1 || tileHeight < 1 || tileLeft > left || tileTop > top || components is < 1 or > MostComponents)
            return null;
        var fields = new byte[3 * components];
        if (!file.TryRead((ulong)(stream.Offset + head.Length), fields))
            return null;
        var steps = Enumerable.Range(0, components).Select(component => ((int)fields[(3 * component) + 1], (int)fields[(3 * component) + 2])).ToArray();
        var header = new Jpeg2000Header
        {
            Width = right - left,
            Height = bottom - top,
            TileWidth = tileWidth,
            TileHeight = tileHeight,
            Tiles = (Int128)Parts(right - tileLeft, tileWidth) * Parts(bottom - tileTop, tileHeight),
            Steps = steps,
        };
        return header.WithCoding(file, stream, stream.Offset + head.Length + fields.Length);
    }

    // Of one tile. Each resolution has a quarter of the samples of the next one, in one band or three.
    private Int128 TableBytes(Int128 samples)
    {
        Int128 bytes = 0;
        for (var resolution = 0; resolution <= Levels; resolution++)
        {
            var there = Int128.Max(Steps.Count, samples >> Math.Min(100, 2 * (Levels - resolution)));
            var (x, y) = resolution < Precincts.Count ? Precincts[resolution] : (15, 15);
            var bands = resolution == 0 ? 1 : 3;
            var halved = resolution == 0 ? 0 : 1;
            var block = Math.Clamp(x - halved, 0, CodeBlock.X) + Math.Clamp(y - halved, 0, CodeBlock.Y);
            bytes += (Int128.Max(Steps.Count, there >> block) * CodeBlockBytes) + (Int128.Max(Steps.Count, there >> (x + y)) * bands * PrecinctBytes);
        }

        return bytes;
    }

    private static long Parts(long length, long size) => (length + size - 1) / size;

    private Jpeg2000Header WithCoding(VirtualFile file, CodeStream stream, long at)
    {
        Span<byte> segment = stackalloc byte[64];
        for (var end = Math.Min(stream.Offset + stream.Length, at + MostHeader); at + 4 <= end;)
        {
            var length = file.Read((ulong)at, segment);
            if (length < 4)
                return this;
            int marker = BinaryPrimitives.ReadUInt16BigEndian(segment), size = BinaryPrimitives.ReadUInt16BigEndian(segment[2..]);
            if (marker == StartOfTilePart || marker < 0xFF00 || size < 2)
                return this;
            if (marker == Cod && length >= 14)
                return Coded(segment[4..Math.Min(length, 2 + size)]);
            at += 2 + size;
        }

        return this;
    }

    // Scod, SGcod (4), levels, code block width and height (exponents less 2), style, transform, then precincts if Scod says so.
    private Jpeg2000Header Coded(ReadOnlySpan<byte> cod)
    {
        if (cod.Length < 10)
            return this;
        var coded = this with { Levels = Math.Min(cod[5], (byte)32), CodeBlock = ((cod[6] & 0xF) + 2, (cod[7] & 0xF) + 2) };
        return (cod[0] & 1) == 0 ? coded : coded with { Precincts = [.. cod[10..].ToArray().Select(sizes => (sizes & 0xF, sizes >> 4))] };
    }
}
