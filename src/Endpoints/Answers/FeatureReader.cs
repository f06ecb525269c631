using System.Text.Json;
using Swath.Contracts;

namespace Swath.Endpoints;

/// <summary>
/// Reads one feature. Its members may come in any order, so a first pass notes where each known one stands and copies the
/// unknown ones; then the known ones are read by their rank.
/// </summary>
internal sealed class FeatureReader(PixelWindow tile, AnswerLimits limits)
{
    /// <summary>How far outside of the tile, in pixels, a point is still taken for one on the tile's edge: models round, and regress a little beyond.</summary>
    private const double PointMargin = 2;

    private readonly GeometryReader _geometries = new(limits.MaxVertices);

    public Detection Read(ref Utf8JsonReader reader, ReadOnlySpan<byte> answer, int index)
    {
        var path = new AnswerPath(index);
        var found = default(Places);
        List<RawMember>? members = null;
        List<RawMember>? properties = null;
        var names = new MemberNames();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var name = Name(ref reader, names, path);
            if (reader.ValueTextEquals("geometry"u8))
                found.Geometry = SkipValue(ref reader);
            else if (reader.ValueTextEquals("properties"u8))
                ReadProperties(ref reader, answer, ref found, ref properties, path);
            else if (reader.ValueTextEquals("type"u8))
                ReadType(ref reader, path);
            else if (reader.ValueTextEquals("bbox"u8))
                SkipValue(ref reader); // of the geometry that the result writes anew
            else
                Keep(ref reader, name, answer, ref members, path);
        }

        return ToDetection(answer, found, properties, members, path);
    }

    private static void ReadType(ref Utf8JsonReader reader, AnswerPath path)
    {
        reader.Read();
        if (reader.TokenType != JsonTokenType.String || !reader.ValueTextEquals("Feature"u8))
            throw AnswerErrors.WrongShape(path with { Member = ".type" }, "\"Feature\"");
    }

    private static void ReadProperties(
        ref Utf8JsonReader reader, ReadOnlySpan<byte> answer, ref Places found, ref List<RawMember>? properties, AnswerPath path)
    {
        reader.Read();
        if (reader.TokenType == JsonTokenType.Null)
            return;
        if (reader.TokenType != JsonTokenType.StartObject)
            throw AnswerErrors.WrongShape(path with { Member = ".properties" }, "an object or null");
        var names = new MemberNames();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var name = Name(ref reader, names, path);
            if (reader.ValueTextEquals("imageGeometry"u8))
                found.ImageGeometry = SkipValue(ref reader);
            else if (reader.ValueTextEquals("imageBBox"u8))
                found.ImageBox = SkipValue(ref reader);
            else if (reader.ValueTextEquals("featureClasses"u8))
                found.Classes = SkipValue(ref reader);
            else if (reader.ValueTextEquals("detection"u8))
                found.Detection = SkipValue(ref reader);
            else if (reader.ValueTextEquals("geom_imcoords"u8))
                found.OldRing = SkipValue(ref reader);
            else if (reader.ValueTextEquals("bounds_imcoords"u8))
                found.OldBox = SkipValue(ref reader);
            else if (reader.ValueTextEquals("detection_score"u8))
                found.OldScore = Keep(ref reader, name, answer, ref properties, path);
            else if (reader.ValueTextEquals("feature_types"u8))
                found.OldClasses = Keep(ref reader, name, answer, ref properties, path);
            else
                Keep(ref reader, name, answer, ref properties, path);
        }
    }

    private Detection ToDetection(
        ReadOnlySpan<byte> answer, in Places found, List<RawMember>? properties, List<RawMember>? members, AnswerPath path)
    {
        PixelBounds? box = null;
        if (found.ImageBox.Has(answer))
            box = GeometryReader.ReadBox(answer[found.ImageBox.Range], path with { Member = ".properties.imageBBox" });
        else if (found.OldBox.Has(answer))
            box = GeometryReader.ReadBox(answer[found.OldBox.Range], path with { Member = ".properties.bounds_imcoords" });
        var geometry = ReadGeometry(answer, found, box, path);
        geometry = InTile(geometry, path);
        var bounds = geometry.Bounds;
        var (classes, score) = ClassReader.Read(answer, found.Classes, found.OldClasses, found.OldScore, path);
        return new Detection
        {
            Number = path.Feature,
            Geometry = geometry,
            Bounds = box ?? bounds,
            Classes = classes,
            Score = score,
            Properties = properties ?? (IReadOnlyList<RawMember>)[],
            Members = members ?? (IReadOnlyList<RawMember>)[],
        };
    }

    private PixelGeometry InTile(PixelGeometry geometry, AnswerPath path)
    {
        var bounds = geometry.Bounds;
        var distance = Math.Max(Math.Max(-bounds.MaxX, bounds.MinX - tile.Width), Math.Max(-bounds.MaxY, bounds.MinY - tile.Height));
        if (distance <= 0)
            return geometry;
        return distance <= PointMargin && geometry.Type is (PixelGeometryType.Point or PixelGeometryType.MultiPoint)
            ? geometry.Clamp(tile.Width, tile.Height)
            : throw AnswerErrors.OutsideTile(path, bounds, tile.Width, tile.Height);
    }

    // The newest form wins; a plain geometry counts only when nothing else is there, because newer models put a world geometry or a dummy there.
    private PixelGeometry ReadGeometry(ReadOnlySpan<byte> answer, in Places found, PixelBounds? box, AnswerPath path)
    {
        if (found.ImageGeometry.Has(answer))
            return _geometries.Read(answer[found.ImageGeometry.Range], path with { Member = ".properties.imageGeometry" });
        if (found.Detection.Has(answer))
            return _geometries.Read(answer[found.Detection.Range], path with { Member = ".properties.detection" });
        if (found.OldRing.Has(answer))
            return _geometries.ReadRing(answer[found.OldRing.Range], path with { Member = ".properties.geom_imcoords" });
        if (box is { } around)
            return PixelGeometry.Box(around);
        if (found.Geometry.Has(answer))
            return _geometries.Read(answer[found.Geometry.Range], path with { Member = ".geometry" });
        throw AnswerErrors.NoImageGeometry(path);
    }

    private static Slice SkipValue(ref Utf8JsonReader reader)
    {
        reader.Read();
        var start = (int)reader.TokenStartIndex;
        reader.Skip();
        return new Slice(start, (int)reader.BytesConsumed);
    }

    private static string Name(ref Utf8JsonReader reader, MemberNames names, AnswerPath path)
    {
        var name = JsonText.Read(ref reader, path);
        return names.Add(name) ? name : throw AnswerErrors.Twice(path, name);
    }

    private static Slice Keep(ref Utf8JsonReader reader, string name, ReadOnlySpan<byte> answer, ref List<RawMember>? kept, AnswerPath path)
    {
        var value = SkipValue(ref reader);
        (kept ??= []).Add(new RawMember(name, RawJson.Copy(answer[value.Range], path)));
        return value;
    }

    /// <summary>Where the members stand in the answer.</summary>
    private struct Places
    {
        public Slice Geometry;
        public Slice ImageGeometry;
        public Slice ImageBox;
        public Slice Classes;
        public Slice Detection;
        public Slice OldRing;
        public Slice OldBox;
        public Slice OldClasses;
        public Slice OldScore;
    }
}
