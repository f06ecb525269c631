using System.Buffers;
using System.Text.Json;

namespace Swath.Endpoints;

/// <summary>Values of an answer that are passed on as they came, but for the white space around their parts: a result may have to be one line.</summary>
internal static class RawJson
{
    // The largest double has 309 digits before its point.
    private const int LongNumber = 300;

    private static readonly SearchValues<byte> WhiteSpace = SearchValues.Create(" \t\r\n"u8);
    private static readonly SearchValues<byte> Exponent = SearchValues.Create("eE"u8);

    /// <summary>A copy of a value without insignificant white space.</summary>
    /// <param name="json">One JSON value.</param>
    /// <param name="path">Where it stands, for the error.</param>
    /// <exception cref="InvocationException">It has half of a surrogate pair, a name twice in an object, or a number beyond a double's range.</exception>
    public static byte[] Copy(ReadOnlySpan<byte> json, AnswerPath path)
    {
        var isPlain = json[0] is not ((byte)'{' or (byte)'[') && !json.Contains((byte)'\\') && !MayBeTooLarge(json);
        if (!isPlain)
            Check(json, path);
        return json.ContainsAny(WhiteSpace) ? Minified(json) : json.ToArray();
    }

    private static void Check(ReadOnlySpan<byte> json, AnswerPath path)
    {
        var reader = new Utf8JsonReader(json);
        var objects = new Stack<MemberNames>();
        while (reader.Read())
        {
            switch (reader.TokenType)
            {
                case JsonTokenType.StartObject:
                    objects.Push(new MemberNames());
                    break;
                case JsonTokenType.EndObject:
                    objects.Pop();
                    break;
                case JsonTokenType.PropertyName:
                    var name = JsonText.Read(ref reader, path);
                    if (!objects.Peek().Add(name))
                        throw AnswerErrors.Twice(path, name);
                    break;
                case JsonTokenType.String when reader.ValueIsEscaped:
                    JsonText.Read(ref reader, path);
                    break;
                case JsonTokenType.Number when MayBeTooLarge(reader.ValueSpan) && !double.IsFinite(reader.GetDouble()):
                    throw AnswerErrors.NotFinite(path);
            }
        }
    }

    private static bool MayBeTooLarge(ReadOnlySpan<byte> number) => number.Length > LongNumber || number.ContainsAny(Exponent);

    private static byte[] Minified(ReadOnlySpan<byte> json)
    {
        var compact = new byte[json.Length];
        var length = 0;
        var inText = false;
        for (var i = 0; i < json.Length; i++)
        {
            var c = json[i];
            if (!inText && WhiteSpace.Contains(c))
                continue;
            compact[length++] = c;
            if (c == '"')
                inText = !inText;
            else if (inText && c == '\\')
                compact[length++] = json[++i];
        }

        return length == json.Length ? compact : compact[..length];
    }
}
