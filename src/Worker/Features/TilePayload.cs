using System.Buffers.Binary;
using System.Text;
using System.Text.Unicode;
using Swath.Endpoints;

namespace Swath.Worker.Features;

/// <summary>
/// The features of one tile as bytes: what a checkpoint keeps, so that assembling parses no JSON. Little-endian:
/// version (u8 = 1), count (i32), then for each feature its box and score (5 x f64), class (u16 length, UTF-8) and GeoJSON
/// (i32 length, UTF-8).
/// </summary>
public static class TilePayload
{
    private const byte Version = 1;
    private const int HeaderLength = 5;
    private const int FixedLength = (5 * sizeof(double)) + sizeof(ushort) + sizeof(int);

    /// <summary>Writes the features in the given order. A class name is cut at 65 535 bytes.</summary>
    public static byte[] Write(IReadOnlyList<FeatureRecord> features)
    {
        ArgumentNullException.ThrowIfNull(features);
        var length = HeaderLength;
        foreach (var feature in features)
            length = checked(length + FixedLength + ClassLength(feature) + feature.GeoJson.Length);
        var payload = new byte[length];
        payload[0] = Version;
        BinaryPrimitives.WriteInt32LittleEndian(payload.AsSpan(1), features.Count);
        var rest = payload.AsSpan(HeaderLength);
        foreach (var feature in features)
        {
            BinaryPrimitives.WriteDoubleLittleEndian(rest, feature.Bounds.MinX);
            BinaryPrimitives.WriteDoubleLittleEndian(rest[8..], feature.Bounds.MinY);
            BinaryPrimitives.WriteDoubleLittleEndian(rest[16..], feature.Bounds.MaxX);
            BinaryPrimitives.WriteDoubleLittleEndian(rest[24..], feature.Bounds.MaxY);
            BinaryPrimitives.WriteDoubleLittleEndian(rest[32..], feature.Score);
            var classLength = ClassLength(feature);
            BinaryPrimitives.WriteUInt16LittleEndian(rest[40..], (ushort)classLength);
            Utf8.FromUtf16(feature.Class, rest.Slice(42, classLength), out _, out _);
            rest = rest[(42 + classLength)..];
            BinaryPrimitives.WriteInt32LittleEndian(rest, feature.GeoJson.Length);
            feature.GeoJson.Span.CopyTo(rest[4..]);
            rest = rest[(4 + feature.GeoJson.Length)..];
        }

        return payload;
    }

    /// <summary>The features of a payload, one after another; each lives in the payload's memory.</summary>
    /// <exception cref="InvalidDataException">The bytes are not a payload of this version, or are cut.</exception>
    public static IEnumerable<StoredFeature> Read(ReadOnlyMemory<byte> payload)
    {
        if (payload.Length < HeaderLength || payload.Span[0] != Version)
            throw new InvalidDataException("A tile's checkpoint is not of the version that this worker reads: was it written by another release?");
        var count = BinaryPrimitives.ReadInt32LittleEndian(payload.Span[1..]);
        var position = HeaderLength;
        for (var i = 0; i < count; i++)
            yield return ReadOne(payload, ref position);
        if (position != payload.Length)
            throw new InvalidDataException($"A tile's checkpoint has {payload.Length - position} bytes behind its last feature.");
    }

    private static StoredFeature ReadOne(ReadOnlyMemory<byte> payload, ref int position)
    {
        try
        {
            var record = payload[position..];
            var span = record.Span;
            var bounds = new PixelBounds(
                BinaryPrimitives.ReadDoubleLittleEndian(span),
                BinaryPrimitives.ReadDoubleLittleEndian(span[8..]),
                BinaryPrimitives.ReadDoubleLittleEndian(span[16..]),
                BinaryPrimitives.ReadDoubleLittleEndian(span[24..]));
            var score = BinaryPrimitives.ReadDoubleLittleEndian(span[32..]);
            var classLength = BinaryPrimitives.ReadUInt16LittleEndian(span[40..]);
            var name = record.Slice(42, classLength);
            var length = BinaryPrimitives.ReadInt32LittleEndian(span[(42 + classLength)..]);
            var geoJson = record.Slice(46 + classLength, length);
            position += 46 + classLength + length;
            return new StoredFeature(bounds, score, name, geoJson);
        }
        catch (ArgumentOutOfRangeException e)
        {
            throw new InvalidDataException("A tile's checkpoint ends inside a feature.", e);
        }
    }

    private static int ClassLength(FeatureRecord feature)
    {
        if (feature.Class.Length <= ushort.MaxValue / 3)
            return Encoding.UTF8.GetByteCount(feature.Class);
        // Whole characters only: count bytes until the next one would not fit.
        var length = 0;
        foreach (var rune in feature.Class.EnumerateRunes())
        {
            if (length + rune.Utf8SequenceLength > ushort.MaxValue)
                break;
            length += rune.Utf8SequenceLength;
        }

        return length;
    }
}
