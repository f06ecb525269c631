namespace Swath.Persistence.Outbox;

/// <summary>A message that is not delivered yet.</summary>
/// <param name="MessageId">Which.</param>
/// <param name="Error">Why; null when it was not even tried.</param>
internal sealed record FailedMessage(Guid MessageId, string? Error);
