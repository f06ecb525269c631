namespace Swath.Persistence.EventSourcing;

/// <summary>One event of a stream, read and folded.</summary>
/// <param name="Version">Its number in the stream, from 1.</param>
/// <param name="Message">The message, lifted to its newest schema.</param>
/// <param name="OccurredAt">When it was accepted, UTC.</param>
/// <param name="Status">The state that the job had with it.</param>
public sealed record FoldedEvent(int Version, object Message, DateTimeOffset OccurredAt, string Status);
