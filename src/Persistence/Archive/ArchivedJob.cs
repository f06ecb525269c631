using System.Text.Json;

namespace Swath.Persistence.Archive;

/// <summary>One line of an archive: a job with all of its events.</summary>
/// <param name="JobId">The job.</param>
/// <param name="Line">The line as it is: <c>{"jobId", "events": [{"version", "message_id", "type", "data", "occurred_at"}], "submission"}</c>.</param>
/// <param name="Events">Its events in order.</param>
internal sealed record ArchivedJob(Guid JobId, string Line, IReadOnlyList<ArchivedEvent> Events)
{
    /// <exception cref="ArchiveException">The line is no job.</exception>
    public static ArchivedJob Read(string line, int number)
    {
        try
        {
            using var document = JsonDocument.Parse(line);
            var root = document.RootElement;
            var events = root.GetProperty("events").EnumerateArray().Select(e => new ArchivedEvent(
                e.GetProperty("version").GetInt32(), e.GetProperty("message_id").GetGuid(), e.GetProperty("type").GetString()!,
                e.GetProperty("data").GetRawText(), e.GetProperty("occurred_at").GetDateTimeOffset())).ToList();
            return new ArchivedJob(root.GetProperty("jobId").GetGuid(), line, events);
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException or FormatException)
        {
            throw new ArchiveException($"Line {number} is no job of an archive: {e.Message}", e);
        }
    }
}

/// <summary>An event as an archive has it.</summary>
internal sealed record ArchivedEvent(int Version, Guid MessageId, string Type, string Data, DateTimeOffset OccurredAt);
