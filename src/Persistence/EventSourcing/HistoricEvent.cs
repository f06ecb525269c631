namespace Swath.Persistence.EventSourcing;

/// <summary>One event of a job, as it was stored.</summary>
/// <param name="Version">Its number in the stream, from 1.</param>
/// <param name="Type">Its stable name and schema version: <c>image-requested.v1</c>.</param>
/// <param name="OccurredAt">When it was accepted, UTC.</param>
/// <param name="Data">The message, as JSON.</param>
/// <param name="MessageId">The id of the message that became the event.</param>
public sealed record HistoricEvent(int Version, string Type, DateTimeOffset OccurredAt, string Data, Guid MessageId);
