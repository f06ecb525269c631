using System.Text.Json;

namespace Swath.Endpoints;

internal static class JsonText
{
    /// <summary>The current string or name. An escaped half of a surrogate pair is JSON, but no text.</summary>
    public static string Read(ref Utf8JsonReader reader, AnswerPath path)
    {
        try
        {
            return reader.GetString()!;
        }
        catch (InvalidOperationException)
        {
            throw AnswerErrors.WrongShape(path, "text without unpaired surrogates");
        }
    }
}
