using System.Text.Json;
using System.Text.Unicode;
using Swath.Contracts;

namespace Swath.Endpoints;

/// <summary>Reads a model's answer: an RFC 7946 FeatureCollection whose features say where they are in pixels of the tile.</summary>
public static class FeatureCollectionReader
{
    /// <param name="answer">UTF-8, with or without a byte order mark. Nothing of it is kept.</param>
    /// <param name="tile">The tile that was sent; only its width and height matter.</param>
    /// <exception cref="InvocationException">The answer can't be used; the message names the place.</exception>
    public static IReadOnlyList<Detection> Read(ReadOnlySpan<byte> answer, PixelWindow tile)
    {
        ReadOnlySpan<byte> mark = [0xEF, 0xBB, 0xBF];
        if (answer.StartsWith(mark))
            answer = answer[mark.Length..];
        if (answer.Trim(" \t\r\n"u8).IsEmpty)
            throw AnswerErrors.Empty();
        if (!Utf8.IsValid(answer))
            throw AnswerErrors.NotJson("it is not UTF-8 text.");
        var reader = new Utf8JsonReader(answer);
        try
        {
            var detections = ReadCollection(ref reader, answer, tile);
            if (reader.Read())
                throw AnswerErrors.NotJson("something follows the FeatureCollection.");
            return detections;
        }
        catch (JsonException failure)
        {
            throw Explain(answer, (int)reader.BytesConsumed, failure);
        }
    }

    private static List<Detection> ReadCollection(ref Utf8JsonReader reader, ReadOnlySpan<byte> answer, PixelWindow tile)
    {
        reader.Read();
        if (reader.TokenType != JsonTokenType.StartObject)
            throw AnswerErrors.WrongShape("The answer", "a GeoJSON object of type FeatureCollection");
        var isCollection = false;
        List<Detection>? detections = null;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("type"u8))
            {
                reader.Read();
                isCollection = reader.TokenType == JsonTokenType.String && reader.ValueTextEquals("FeatureCollection"u8);
            }
            else if (reader.ValueTextEquals("features"u8))
            {
                reader.Read();
                detections = ReadFeatures(ref reader, answer, tile);
            }
            else
            {
                reader.Skip();
            }
        }

        if (!isCollection)
            throw AnswerErrors.WrongShape("type", "\"FeatureCollection\"");
        return detections ?? throw AnswerErrors.WrongShape("features", "an array of features");
    }

    private static List<Detection> ReadFeatures(ref Utf8JsonReader reader, ReadOnlySpan<byte> answer, PixelWindow tile)
    {
        if (reader.TokenType != JsonTokenType.StartArray)
            throw AnswerErrors.WrongShape("features", "an array of features");
        var detections = new List<Detection>();
        var features = new FeatureReader(tile);
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            if (reader.TokenType != JsonTokenType.StartObject)
                throw AnswerErrors.WrongShape($"features[{detections.Count}]", "a feature object");
            detections.Add(features.Read(ref reader, answer, detections.Count));
        }

        return detections;
    }

    // Python's json module writes NaN and Infinity unless told otherwise: by far the most common way not to be JSON, so it has its own error.
    private static InvocationException Explain(ReadOnlySpan<byte> answer, int consumed, JsonException failure)
    {
        var rest = answer[Math.Min(consumed, answer.Length)..].TrimStart(" \t\r\n:,[-"u8);
        if (rest.StartsWith("NaN"u8) || rest.StartsWith("Infinity"u8))
            return AnswerErrors.NotFinite($"A number at byte {answer.Length - rest.Length}", failure);
        return rest.Trim(" \t\r\n"u8).IsEmpty || EndsTooEarly(answer)
            ? AnswerErrors.Truncated(failure)
            : AnswerErrors.NotJson(failure.Message, failure);
    }

    // Valid as far as it goes, as a part of something longer: only the end is missing.
    private static bool EndsTooEarly(ReadOnlySpan<byte> answer)
    {
        var reader = new Utf8JsonReader(answer, isFinalBlock: false, default);
        try
        {
            while (reader.Read())
            {
            }

            return reader.CurrentDepth > 0 || reader.BytesConsumed < answer.Length;
        }
        catch (JsonException)
        {
            return false;
        }
    }
}
