using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Serialization;
using Swath.Contracts;

namespace Swath.Intake.Submitting;

/// <summary>
/// Tells the same request from another one. Two requests are the same when they ask for the same, however they are written: order of members,
/// spaces, defaults that are written out or left out make no difference.
/// </summary>
internal static class CanonicalRequest
{
    // What is null, 0 or false is left out: a member that a later release adds with such a default leaves all hashes as they are.
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingDefault,
        Converters = { new JsonStringEnumConverter() },
    };

    /// <returns>SHA-256 of all that the request asks for: not of the job's id, nor of what Swath stamps on it.</returns>
    public static byte[] HashOf(ImageRequested request)
    {
        var content = JsonSerializer.SerializeToElement(request with { JobId = Guid.Empty, Grants = null, Refusal = null }, Json);
        using var stream = new MemoryStream();
        using (var writer = new Utf8JsonWriter(stream))
            Write(content, writer);
        return SHA256.HashData(stream.GetBuffer().AsSpan(0, (int)stream.Length));
    }

    /// <returns>The same of a request that is stored as an event.</returns>
    public static byte[] HashOf(string stored) => HashOf(JsonSerializer.Deserialize<ImageRequested>(stored, Json)!);

    // As deep as the reader let it be, which is 64 levels.
    private static void Write(JsonElement json, Utf8JsonWriter writer)
    {
        switch (json.ValueKind)
        {
            case JsonValueKind.Object:
                writer.WriteStartObject();
                foreach (var member in json.EnumerateObject().OrderBy(member => member.Name, StringComparer.Ordinal))
                {
                    writer.WritePropertyName(member.Name);
                    Write(member.Value, writer);
                }
                writer.WriteEndObject();
                break;
            case JsonValueKind.Array:
                writer.WriteStartArray();
                foreach (var item in json.EnumerateArray())
                    Write(item, writer);
                writer.WriteEndArray();
                break;
            default:
                json.WriteTo(writer);
                break;
        }
    }
}
