namespace Swath.Host.Composition.Transports;

/// <summary>A message that failed for good.</summary>
/// <param name="Queue">The queue it failed in, and is put back to.</param>
/// <param name="Message">Its type's name, without namespace.</param>
/// <param name="MessageId">Its id; the same after it was put back.</param>
/// <param name="JobId">The job it is about; null when it says none.</param>
/// <param name="Reason">The exception's message.</param>
/// <param name="FailedAt">When it failed; null when the broker does not say.</param>
internal sealed record FaultedMessage(string Queue, string Message, string? MessageId, Guid? JobId, string Reason, DateTimeOffset? FailedAt);
