using System.Text.Json;

namespace Swath.Endpoints;

/// <summary>Reads what a feature is thought to be, from the present form or the older ones.</summary>
internal static class ClassReader
{
    public static (IReadOnlyList<FeatureClass> Classes, double Score) Read(
        ReadOnlySpan<byte> answer, Slice present, Slice oldClasses, Slice oldScore, AnswerPath path)
    {
        double? score = oldScore.Has(answer) ? ReadScore(answer[oldScore.Range], path with { Member = ".properties.detection_score" }) : null;
        List<FeatureClass> classes = [];
        if (present.Has(answer))
            classes = ReadPresent(answer[present.Range], score ?? 1, path with { Member = ".properties.featureClasses" });
        else if (oldClasses.Has(answer))
            classes = ReadOld(answer[oldClasses.Range], path with { Member = ".properties.feature_types" });
        if (classes.Count == 0)
            return (classes, score ?? 1);
        var best = double.NegativeInfinity;
        foreach (var candidate in classes)
            best = Math.Max(best, candidate.Score);
        return (classes, best);
    }

    private static List<FeatureClass> ReadPresent(ReadOnlySpan<byte> json, double unscored, AnswerPath path)
    {
        var reader = new Utf8JsonReader(json);
        reader.Read();
        if (reader.TokenType != JsonTokenType.StartArray)
            throw AnswerErrors.WrongShape(path, "an array of {\"iri\", \"score\"}");
        var classes = new List<FeatureClass>(1);
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
            classes.Add(ReadClass(ref reader, json, unscored, path));
        return classes;
    }

    private static FeatureClass ReadClass(ref Utf8JsonReader reader, ReadOnlySpan<byte> json, double unscored, AnswerPath path)
    {
        if (reader.TokenType != JsonTokenType.StartObject)
            throw AnswerErrors.WrongShape(path, "an object of iri and score");
        string? iri = null;
        var score = unscored;
        List<RawMember>? members = null;
        var names = new MemberNames();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var name = JsonText.Read(ref reader, path);
            if (!names.Add(name))
                throw AnswerErrors.Twice(path, name);
            if (reader.ValueTextEquals("iri"u8))
            {
                reader.Read();
                if (reader.TokenType != JsonTokenType.String)
                    throw AnswerErrors.WrongShape(path with { Member = ".properties.featureClasses[].iri" }, "text");
                iri = JsonText.Read(ref reader, path with { Member = ".properties.featureClasses[].iri" });
            }
            else if (reader.ValueTextEquals("score"u8))
            {
                reader.Read();
                if (reader.TokenType != JsonTokenType.Null)
                    score = Number(ref reader, path with { Member = ".properties.featureClasses[].score" });
            }
            else
            {
                reader.Read();
                var start = (int)reader.TokenStartIndex;
                reader.Skip();
                (members ??= []).Add(new RawMember(name, RawJson.Copy(json[start..(int)reader.BytesConsumed], path)));
            }
        }

        if (iri is null)
            throw AnswerErrors.WrongShape(path with { Member = ".properties.featureClasses[].iri" }, "text");
        return new FeatureClass(iri, score) { Members = members ?? (IReadOnlyList<RawMember>)[] };
    }

    private static List<FeatureClass> ReadOld(ReadOnlySpan<byte> json, AnswerPath path)
    {
        var reader = new Utf8JsonReader(json);
        reader.Read();
        if (reader.TokenType != JsonTokenType.StartObject)
            throw AnswerErrors.WrongShape(path, "an object of class names and scores");
        var classes = new List<FeatureClass>(1);
        var names = new MemberNames();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var name = JsonText.Read(ref reader, path);
            if (!names.Add(name))
                throw AnswerErrors.Twice(path, name);
            reader.Read();
            classes.Add(new FeatureClass(name, Number(ref reader, path)));
        }

        return classes;
    }

    private static double ReadScore(ReadOnlySpan<byte> json, AnswerPath path)
    {
        var reader = new Utf8JsonReader(json);
        reader.Read();
        return Number(ref reader, path);
    }

    private static double Number(ref Utf8JsonReader reader, AnswerPath path)
    {
        if (reader.TokenType != JsonTokenType.Number)
            throw AnswerErrors.WrongShape(path, "a number");
        var value = reader.GetDouble();
        return double.IsFinite(value) ? value : throw AnswerErrors.NotFinite(path);
    }
}
