using System.Text.Json;
using System.Text.Unicode;
using Swath.Contracts;

namespace Swath.Endpoints;

/// <summary>Reads a model's answer: an RFC 7946 FeatureCollection whose features say where they are in pixels of the tile.</summary>
public static class FeatureCollectionReader
{
    // Each costs an exception: a flood of them must not hold the worker for minutes.
    private const int MostDropped = 10_000;

    /// <param name="answer">UTF-8, with or without a byte order mark. Nothing of it is kept.</param>
    /// <param name="tile">The tile that was sent; only its width and height matter.</param>
    /// <param name="limits">How much of it is believed; the defaults when absent.</param>
    /// <returns>What can be used, and what can't: one bad feature does not cost the others.</returns>
    /// <exception cref="InvocationException">The answer can't be used, or too many of its features can't; the message names the place.</exception>
    public static ModelAnswer Read(ReadOnlySpan<byte> answer, PixelWindow tile, AnswerLimits? limits = null)
    {
        limits ??= AnswerLimits.Default;
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
            var read = ReadCollection(ref reader, answer, tile, limits);
            if (reader.Read())
                throw AnswerErrors.NotJson("something follows the FeatureCollection.");
            return read;
        }
        catch (JsonException failure)
        {
            throw Explain(answer, (int)reader.BytesConsumed, failure);
        }
    }

    private static ModelAnswer ReadCollection(ref Utf8JsonReader reader, ReadOnlySpan<byte> answer, PixelWindow tile, AnswerLimits limits)
    {
        reader.Read();
        if (reader.TokenType != JsonTokenType.StartObject)
            throw AnswerErrors.WrongShape("The answer", "a GeoJSON object of type FeatureCollection");
        bool? isCollection = null;
        ModelAnswer? read = null;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("type"u8))
            {
                if (isCollection is not null)
                    throw AnswerErrors.Twice("The answer", "type");
                reader.Read();
                isCollection = reader.TokenType == JsonTokenType.String && reader.ValueTextEquals("FeatureCollection"u8);
            }
            else if (reader.ValueTextEquals("features"u8))
            {
                if (read is not null)
                    throw AnswerErrors.Twice("The answer", "features");
                reader.Read();
                read = ReadFeatures(ref reader, answer, tile, limits);
            }
            else
            {
                reader.Skip();
            }
        }

        if (isCollection is not true)
            throw AnswerErrors.WrongShape("type", "\"FeatureCollection\"");
        return read ?? throw AnswerErrors.WrongShape("features", "an array of features");
    }

    private static ModelAnswer ReadFeatures(ref Utf8JsonReader reader, ReadOnlySpan<byte> answer, PixelWindow tile, AnswerLimits limits)
    {
        if (reader.TokenType != JsonTokenType.StartArray)
            throw AnswerErrors.WrongShape("features", "an array of features");
        var detections = new List<Detection>();
        var dropped = new DroppedFeatures();
        InvocationException? first = null;
        var features = new FeatureReader(tile, limits);
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            var begin = reader;
            var number = detections.Count + dropped.Count;
            try
            {
                if (reader.TokenType != JsonTokenType.StartObject)
                    throw AnswerErrors.WrongShape(new AnswerPath(number), "a feature object");
                detections.Add(features.Read(ref reader, answer, number));
            }
            catch (InvocationException unusable) when (dropped.Count < MostDropped)
            {
                first ??= unusable;
                dropped.Add(unusable.Message);
                reader = begin;
                reader.Skip();
            }
        }

        var read = new ModelAnswer(detections, dropped) { MostDropped = limits.MostDropped };
        return read.IsTooMuch(dropped.Count) ? throw AnswerErrors.TooManyDropped(read, first!) : read;
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
