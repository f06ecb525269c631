namespace Swath.Persistence.Outbox;

/// <summary>A message that could not be delivered in all its tries, or whose consumer failed as often.</summary>
/// <param name="MessageId">The message.</param>
/// <param name="JobId">The job it belongs to, where it belongs to one.</param>
/// <param name="Destination">Where it goes: <c>queue:name</c>, or <c>urn:message:...</c>.</param>
/// <param name="Type">Its type, <c>urn:message:...</c>.</param>
/// <param name="Tries">How often it was tried.</param>
/// <param name="Error">Why the last try failed.</param>
/// <param name="FaultedAt">When it was given up.</param>
public sealed record UndeliverableMessage(Guid MessageId, Guid? JobId, string Destination, string Type, int Tries, string Error, DateTimeOffset FaultedAt);
