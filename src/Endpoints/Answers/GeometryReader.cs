using System.Text.Json;

namespace Swath.Endpoints;

/// <summary>
/// Reads GeoJSON geometries in pixels. Third and further ordinates are left out; rings that are not closed are closed,
/// because many models forget it and nothing else can be meant.
/// </summary>
/// <param name="maxVertices">Most positions of one geometry.</param>
internal sealed class GeometryReader(int maxVertices)
{
    private readonly List<double> _coordinates = [];
    private readonly List<int> _lineEnds = [];
    private readonly List<int> _partEnds = [];

    /// <summary>A geometry object; <c>pixelCoordinates</c> beside <c>coordinates</c> win (an older form has both, in pixels and in degrees).</summary>
    public PixelGeometry Read(ReadOnlySpan<byte> json, AnswerPath path)
    {
        var reader = new Utf8JsonReader(json);
        reader.Read();
        if (reader.TokenType != JsonTokenType.StartObject)
            throw AnswerErrors.WrongShape(path, "a GeoJSON geometry object");
        PixelGeometryType? type = null;
        Slice coordinates = default, pixels = default;
        var names = new MemberNames();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var name = JsonText.Read(ref reader, path);
            if (!names.Add(name))
                throw AnswerErrors.Twice(path, name);
            if (reader.ValueTextEquals("type"u8))
            {
                reader.Read();
                type = ReadType(ref reader, path);
                continue;
            }

            var isPixels = reader.ValueTextEquals("pixelCoordinates"u8);
            var isCoordinates = reader.ValueTextEquals("coordinates"u8);
            reader.Read();
            var start = (int)reader.TokenStartIndex;
            reader.Skip();
            var slice = new Slice(start, (int)reader.BytesConsumed);
            if (isPixels)
                pixels = slice;
            else if (isCoordinates)
                coordinates = slice;
        }

        var chosen = pixels.Has(json) ? pixels : coordinates;
        if (type is null || !chosen.Has(json))
            throw AnswerErrors.WrongShape(path, "a GeoJSON geometry with type and coordinates");
        return ReadCoordinates(json[chosen.Range], type.Value, path);
    }

    /// <summary>An array of positions as one ring.</summary>
    public PixelGeometry ReadRing(ReadOnlySpan<byte> json, AnswerPath path)
    {
        Clear();
        var reader = new Utf8JsonReader(json);
        reader.Read();
        ReadLine(ref reader, path, isRing: true);
        return Build(PixelGeometryType.Polygon, path);
    }

    /// <summary>[x1, y1, x2, y2]; the corners may come in any order.</summary>
    public static PixelBounds ReadBox(ReadOnlySpan<byte> json, AnswerPath path)
    {
        var reader = new Utf8JsonReader(json);
        reader.Read();
        if (reader.TokenType != JsonTokenType.StartArray)
            throw AnswerErrors.WrongShape(path, "[x1, y1, x2, y2]");
        Span<double> corners = stackalloc double[4];
        for (var i = 0; i < corners.Length; i++)
        {
            reader.Read();
            corners[i] = Ordinate(ref reader, path, "[x1, y1, x2, y2]");
        }

        reader.Read();
        if (reader.TokenType != JsonTokenType.EndArray)
            throw AnswerErrors.WrongShape(path, "[x1, y1, x2, y2]");
        return PixelBounds.Around(corners);
    }

    private static PixelGeometryType ReadType(ref Utf8JsonReader reader, AnswerPath path)
    {
        if (reader.TokenType == JsonTokenType.String)
        {
            if (reader.ValueTextEquals("Polygon"u8))
                return PixelGeometryType.Polygon;
            if (reader.ValueTextEquals("Point"u8))
                return PixelGeometryType.Point;
            if (reader.ValueTextEquals("LineString"u8))
                return PixelGeometryType.LineString;
            if (reader.ValueTextEquals("MultiPolygon"u8))
                return PixelGeometryType.MultiPolygon;
            if (reader.ValueTextEquals("MultiPoint"u8))
                return PixelGeometryType.MultiPoint;
            if (reader.ValueTextEquals("MultiLineString"u8))
                return PixelGeometryType.MultiLineString;
        }

        throw AnswerErrors.WrongShape(path with { Member = path.Member + ".type" }, "Point, LineString, Polygon, MultiPoint, MultiLineString or MultiPolygon");
    }

    private PixelGeometry ReadCoordinates(ReadOnlySpan<byte> json, PixelGeometryType type, AnswerPath path)
    {
        Clear();
        var reader = new Utf8JsonReader(json);
        reader.Read();
        switch (type)
        {
            case PixelGeometryType.Point:
                ReadPosition(ref reader, path);
                break;
            case PixelGeometryType.MultiPoint:
                ReadPositions(ref reader, path);
                break;
            case PixelGeometryType.LineString:
                ReadLine(ref reader, path, isRing: false);
                break;
            case PixelGeometryType.MultiLineString:
                ReadLines(ref reader, path, areRings: false);
                break;
            case PixelGeometryType.Polygon:
                ReadLines(ref reader, path, areRings: true);
                break;
            default:
                ExpectArray(ref reader, path);
                while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
                {
                    ReadLines(ref reader, path, areRings: true);
                    _partEnds.Add(_lineEnds.Count);
                }

                break;
        }

        return Build(type, path);
    }

    private PixelGeometry Build(PixelGeometryType type, AnswerPath path)
    {
        if (_coordinates.Count == 0)
            throw AnswerErrors.WrongShape(path, "at least one position");
        return new PixelGeometry(type, [.. _coordinates], [.. _lineEnds], [.. _partEnds]);
    }

    private void ReadLines(ref Utf8JsonReader reader, AnswerPath path, bool areRings)
    {
        ExpectArray(ref reader, path);
        var before = _lineEnds.Count;
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
            ReadLine(ref reader, path, areRings);
        if (_lineEnds.Count == before)
            throw AnswerErrors.WrongShape(path, areRings ? "at least one ring" : "at least one line");
    }

    private void ReadLine(ref Utf8JsonReader reader, AnswerPath path, bool isRing)
    {
        var start = _coordinates.Count;
        ReadPositions(ref reader, path);
        var end = _coordinates.Count;
        if (isRing && end - start >= 6 && (_coordinates[start] != _coordinates[end - 2] || _coordinates[start + 1] != _coordinates[end - 1]))
        {
            _coordinates.Add(_coordinates[start]);
            _coordinates.Add(_coordinates[start + 1]);
        }

        var positions = (_coordinates.Count - start) / 2;
        if (positions < (isRing ? 4 : 2) || (isRing && !HasThreePositions(start)))
            throw AnswerErrors.WrongShape(path, isRing ? "rings of three or more different positions" : "lines of two or more positions");
        _lineEnds.Add(_coordinates.Count / 2);
    }

    private void ReadPositions(ref Utf8JsonReader reader, AnswerPath path)
    {
        ExpectArray(ref reader, path);
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
            ReadPosition(ref reader, path);
    }

    private void ReadPosition(ref Utf8JsonReader reader, AnswerPath path)
    {
        const string expected = "positions [x, y]";
        if (reader.TokenType != JsonTokenType.StartArray)
            throw AnswerErrors.WrongShape(path, expected);
        if (_coordinates.Count >= 2 * maxVertices)
            throw AnswerErrors.WrongShape(path, $"at most {maxVertices} positions (FEATURE_MAX_VERTICES)");
        for (var i = 0; i < 2; i++)
        {
            reader.Read();
            _coordinates.Add(Ordinate(ref reader, path, expected));
        }

        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
            Ordinate(ref reader, path, expected);
    }

    // A ring of one or two different positions has no area, and no tool takes it.
    private bool HasThreePositions(int start)
    {
        var second = -1;
        for (var i = start + 2; i < _coordinates.Count; i += 2)
        {
            if (AreSame(i, start) || (second >= 0 && AreSame(i, second)))
                continue;
            if (second >= 0)
                return true;
            second = i;
        }

        return false;
    }

    private bool AreSame(int a, int b) => _coordinates[a] == _coordinates[b] && _coordinates[a + 1] == _coordinates[b + 1];

    private static double Ordinate(ref Utf8JsonReader reader, AnswerPath path, string expected)
    {
        if (reader.TokenType != JsonTokenType.Number)
            throw AnswerErrors.WrongShape(path, expected);
        var value = reader.GetDouble();
        return double.IsFinite(value) ? value : throw AnswerErrors.NotFinite(path);
    }

    private static void ExpectArray(ref Utf8JsonReader reader, AnswerPath path)
    {
        if (reader.TokenType != JsonTokenType.StartArray)
            throw AnswerErrors.WrongShape(path, "arrays nested as the geometry's type asks for");
    }

    private void Clear()
    {
        _coordinates.Clear();
        _lineEnds.Clear();
        _partEnds.Clear();
    }
}
