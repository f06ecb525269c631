namespace Swath.Persistence.EventSourcing;

/// <summary>An event as it is read back for folding.</summary>
internal readonly record struct StoredEvent(int Version, Guid MessageId, string Type, string Data, DateTimeOffset OccurredAt);
