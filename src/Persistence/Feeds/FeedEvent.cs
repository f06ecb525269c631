namespace Swath.Persistence.Feeds;

/// <summary>One event of any job, at its place in the feed.</summary>
/// <param name="Position">Where the feed goes on after it.</param>
/// <param name="JobId">The job.</param>
/// <param name="Version">Its number in the job's stream, from 1.</param>
/// <param name="MessageId">The id of the message that became the event.</param>
/// <param name="Type">Its stable name and schema version: <c>image-requested.v1</c>.</param>
/// <param name="OccurredAt">When it was accepted, UTC.</param>
/// <param name="Data">The message, as JSON.</param>
public sealed record FeedEvent(FeedPosition Position, Guid JobId, int Version, Guid MessageId, string Type, DateTimeOffset OccurredAt, string Data);
