using System.Text.Json;
using Swath.Intake.Sqs.Osml;

namespace Swath.Intake.Sqs;

/// <summary>The job that a body asks for, as far as it says which, though the rest of it may be no request.</summary>
/// <param name="JobId">The job's UUID.</param>
/// <param name="Name">What its sender calls it.</param>
/// <param name="ImageUrl">Its image; null where the body names none, or several.</param>
internal sealed record NamedJob(Guid JobId, string Name, string? ImageUrl)
{
    /// <returns>Null where the body names no job.</returns>
    public static NamedJob? Of(string body)
    {
        try
        {
            using var document = JsonDocument.Parse(body, new JsonDocumentOptions { AllowDuplicateProperties = false });
            var json = document.RootElement;
            return json.ValueKind is not JsonValueKind.Object ? null
                : json.TryGetProperty("message", out var message) ? OfEnvelope(message)
                : OsmlRequest.IsOne(json) ? OfOsml(json)
                : null;
        }
        catch (Exception unreadable) when (unreadable is JsonException or InvalidOperationException)
        {
            // No JSON, or no Unicode: it names nothing.
            return null;
        }
    }

    private static NamedJob? OfEnvelope(JsonElement message) =>
        message.ValueKind is JsonValueKind.Object && Guid.TryParse(Text(message, "jobId"), out var id)
            ? new NamedJob(id, Text(message, "externalId") ?? id.ToString(), Text(message, "imageUrl"))
            : null;

    private static NamedJob? OfOsml(JsonElement request) =>
        Text(request, "jobId") is { } name
            ? new NamedJob(OsmlJobId.Of(name).JobId, name, request.TryGetProperty("imageUrls", out var images) && images.ValueKind is JsonValueKind.Array && images.GetArrayLength() == 1
                && images[0].ValueKind is JsonValueKind.String ? images[0].GetString() : null)
            : null;

    private static string? Text(JsonElement json, string name) =>
        json.TryGetProperty(name, out var value) && value.ValueKind is JsonValueKind.String && value.GetString() is { Length: > 0 } text ? text : null;
}
