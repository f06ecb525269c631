namespace Swath.Persistence.Outbox;

/// <summary>A row of which it is not known yet whether it was committed.</summary>
/// <param name="Entry">The row.</param>
/// <param name="Transaction">The id of the transaction that writes it; null when that is not known either.</param>
/// <param name="Backend">The server's process that may still be at it, where the transaction is not known.</param>
/// <param name="Messages">What it holds; null where that is left to the database.</param>
internal sealed record UndecidedAppend(LogEntry Entry, string? Transaction, int? Backend, IReadOnlyList<OutgoingMessage>? Messages);
