using System.Text;

namespace Swath.Persistence.EventSourcing;

/// <summary>
/// PostgreSQL's text and jsonb hold no U+0000. A message that carries one must become an event all the same (a request is refused, a failure
/// is told), so it is stored with U+FFFD in its place; otherwise it would be delivered for ever.
/// </summary>
internal static class StorableText
{
    private const string Null = "\\u0000";
    private const string Replacement = "\\ufffd";

    /// <summary>A text column's value.</summary>
    public static string? Text(string? text) => text?.Replace('\0', '\uFFFD');

    /// <summary>JSON as a jsonb column takes it; the same instance when it is that already, which is nearly always.</summary>
    public static string Json(string json)
    {
        if (!json.Contains(Null, StringComparison.Ordinal))
            return json;
        var storable = new StringBuilder(json);
        for (var i = 0; i < json.Length - 1; i++)
        {
            if (json[i] != '\\')
                continue;
            if (string.CompareOrdinal(json, i, Null, 0, Null.Length) == 0)
                storable.Remove(i, Null.Length).Insert(i, Replacement);
            // An escaped backslash begins no escape: \\u0000 is text about the character, not the character.
            i++;
        }
        return storable.ToString();
    }
}
