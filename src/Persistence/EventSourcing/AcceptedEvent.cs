namespace Swath.Persistence.EventSourcing;

/// <summary>A message that became an event.</summary>
internal sealed record AcceptedEvent(object Message, DateTimeOffset OccurredAt);
