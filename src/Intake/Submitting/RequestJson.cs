using System.Buffers;
using System.Text.Json;
using Swath.Contracts;

namespace Swath.Intake.Submitting;

/// <summary>Reads a request whose sender gets an answer: what Swath doesn't know in it is a mistake, and not left out in silence.</summary>
internal static class RequestJson
{
    private const string JobId = "jobId";

    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { AllowDuplicateProperties = false };

    /// <summary>Whether the request names its job.</summary>
    public static bool HasJobId(JsonElement body) =>
        body.ValueKind == JsonValueKind.Object && body.EnumerateObject().Any(member => member.Name.Equals(JobId, StringComparison.OrdinalIgnoreCase));

    /// <param name="body">The request.</param>
    /// <param name="newJobId">The job's id, where the request names none.</param>
    /// <param name="problems">Why it can't be read, as sentences; empty when it was.</param>
    public static ImageRequested? Read(JsonElement body, Guid newJobId, out IReadOnlyList<string> problems)
    {
        try
        {
            problems = body.ValueKind != JsonValueKind.Object
                ? ["The body must be a JSON object."]
                : [.. UnknownMembers.Of(body).Select(member => $"{member} is no member of a request: correct its name or leave it out. docs/messages.md lists them.")];
            if (problems.Count > 0)
                return null;
            return HasJobId(body) ? body.Deserialize<ImageRequested>(Json) : JsonSerializer.Deserialize<ImageRequested>(WithJobId(body, newJobId), Json);
        }
        catch (JsonException mistake)
        {
            problems = [$"{mistake.Path ?? "The body"}: {mistake.Message}"];
            return null;
        }
        catch (InvalidOperationException)
        {
            problems = ["The body must be Unicode text: one of its strings has half of a surrogate pair."];
            return null;
        }
    }

    private static ReadOnlySpan<byte> WithJobId(JsonElement body, Guid jobId)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer))
        {
            writer.WriteStartObject();
            writer.WriteString(JobId, jobId);
            foreach (var member in body.EnumerateObject())
                member.WriteTo(writer);
            writer.WriteEndObject();
        }

        return buffer.WrittenSpan;
    }
}
