using System.Globalization;
using System.Text.Json;

namespace Swath.Intake.Sqs.Osml;

/// <summary>Reads the members of one JSON object of a request; what is wrong is collected, so that a sender learns everything at once.</summary>
internal sealed class OsmlMembers(JsonElement json, string path, List<string> problems)
{
    private const int LongestQuote = 80;

    /// <summary>A text; null where the member is absent, null or empty, which senders use alike.</summary>
    public string? Text(string name)
    {
        if (!TryGet(name, out var value))
            return null;
        if (value.ValueKind is not JsonValueKind.String)
            return Refuse<string?>(name, $"must be a text; it is {Quote(value)}.");
        return value.GetString() is { Length: > 0 } text ? text : null;
    }

    public string RequiredText(string name, string example)
    {
        var before = problems.Count;
        var text = Text(name);
        if (text is null && problems.Count == before)
            problems.Add($"{Path(name)} is missing: name {example}.");
        return text ?? "";
    }

    /// <summary>The ARN of a role.</summary>
    public string? Role(string name)
    {
        var role = Text(name);
        return role is null || role.StartsWith("arn:", StringComparison.Ordinal)
            ? role
            : Refuse<string?>(name, $"must be the ARN of a role, arn:aws:iam::123456789012:role/name; it is '{Shorten(role)}'.");
    }

    /// <summary>A whole number; senders write it as a number or as a text.</summary>
    public int Whole(string name, int absent)
    {
        if (!TryGet(name, out var value))
            return absent;
        if (value.ValueKind is JsonValueKind.Number && value.TryGetInt32(out var number))
            return number;
        return value.ValueKind is JsonValueKind.String && int.TryParse(value.GetString(), NumberStyles.Integer, CultureInfo.InvariantCulture, out number)
            ? number
            : Refuse<int>(name, $"must be a whole number; it is {Quote(value)}.");
    }

    public double Real(string name, double absent)
    {
        if (!TryGet(name, out var value))
            return absent;
        return value.ValueKind is JsonValueKind.Number && value.TryGetDouble(out var number) && double.IsFinite(number)
            ? number
            : Refuse<double>(name, $"must be a number; it is {Quote(value)}.");
    }

    /// <summary>One of several words, whatever their case.</summary>
    public T Word<T>(string name, T absent, IReadOnlyDictionary<string, T> words)
    {
        var word = Text(name);
        if (word is null)
            return absent;
        return words.TryGetValue(word, out var found)
            ? found
            : Refuse(name, $"must be one of {string.Join(", ", words.Keys)}; it is '{Shorten(word)}'.", absent);
    }

    public OsmlMembers? Object(string name)
    {
        if (!TryGet(name, out var value))
            return null;
        return value.ValueKind is JsonValueKind.Object
            ? new OsmlMembers(value, Path(name), problems)
            : Refuse<OsmlMembers?>(name, $"must be a JSON object; it is {Quote(value)}.");
    }

    /// <summary>The elements of a list; none where it is absent or null.</summary>
    public IReadOnlyList<JsonElement> List(string name)
    {
        if (!TryGet(name, out var value))
            return [];
        return value.ValueKind is JsonValueKind.Array
            ? [.. value.EnumerateArray()]
            : Refuse<IReadOnlyList<JsonElement>>(name, $"must be a list; it is {Quote(value)}.", []);
    }

    /// <summary>The elements of a list of objects, each with its place in the path.</summary>
    public IEnumerable<OsmlMembers> Objects(string name)
    {
        foreach (var (place, element) in List(name).Index())
        {
            if (element.ValueKind is JsonValueKind.Object)
                yield return new OsmlMembers(element, $"{Path(name)}[{place}]", problems);
            else
                problems.Add($"{Path(name)}[{place}] must be a JSON object; it is {Quote(element)}.");
        }
    }

    public IEnumerable<JsonProperty> All() => json.EnumerateObject();

    public bool Has(string name) => TryGet(name, out _);

    public void Refuse(string name, string sentence) => problems.Add($"{Path(name)} {sentence}");

    public string Path(string name) => path.Length == 0 ? name : $"{path}.{name}";

    public static string Quote(JsonElement value) => Shorten(value.GetRawText());

    private T Refuse<T>(string name, string sentence, T instead = default!)
    {
        Refuse(name, sentence);
        return instead;
    }

    private bool TryGet(string name, out JsonElement value) => json.TryGetProperty(name, out value) && value.ValueKind is not JsonValueKind.Null;

    private static string Shorten(string text) => text.Length > LongestQuote ? text[..LongestQuote] + "..." : text;
}
