using Npgsql;

namespace Swath.Persistence.Outbox;

/// <summary>
/// Messages that are sent if, and only if, a transaction commits. For code that has no event stream: admission, workers, the API, time-outs.
/// Delivery is at least once; a redelivered message keeps its ids.
/// </summary>
public interface IOutbox
{
    /// <summary>Adds a message to a transaction of the caller. It is delivered soon after the commit, by whichever process runs the delivery.</summary>
    Task EnqueueAsync(NpgsqlTransaction transaction, OutboxEntry entry, CancellationToken cancellationToken = default);

    /// <summary>Adds several messages to a transaction of the caller in one round trip.</summary>
    Task EnqueueAsync(NpgsqlTransaction transaction, IReadOnlyCollection<OutboxEntry> entries, CancellationToken cancellationToken = default);

    /// <summary>The same as a command for the caller's own batch: no round trip of its own.</summary>
    NpgsqlBatchCommand CreateCommand(IReadOnlyCollection<OutboxEntry> entries);

    /// <summary>Enqueues messages in a transaction of their own.</summary>
    Task EnqueueAsync(IReadOnlyCollection<OutboxEntry> entries, CancellationToken cancellationToken = default);

    /// <summary>Takes back all undelivered messages that carry the token, inside a transaction of the caller.</summary>
    /// <returns>How many were taken back.</returns>
    Task<int> CancelAsync(NpgsqlTransaction transaction, Guid token, CancellationToken cancellationToken = default);

    /// <summary>Takes back all undelivered messages that carry the token.</summary>
    /// <returns>How many were taken back.</returns>
    Task<int> CancelAsync(Guid token, CancellationToken cancellationToken = default);
}
