using Npgsql;

namespace Swath.Persistence.Outbox;

/// <summary>
/// Messages that are sent if, and only if, a transaction commits. For code that has no event stream: admission, workers, the API, time-outs.
/// Delivery is at least once; a redelivered message keeps its ids.
/// </summary>
public interface IOutbox
{
    /// <summary>Adds a message to a transaction of the caller. It is delivered after the commit, at once when the caller says <see cref="Committed"/>.</summary>
    Task EnqueueAsync(NpgsqlTransaction transaction, OutboxEntry entry, CancellationToken cancellationToken = default);

    /// <summary>Adds several messages to a transaction of the caller in one round trip.</summary>
    Task EnqueueAsync(NpgsqlTransaction transaction, IReadOnlyCollection<OutboxEntry> entries, CancellationToken cancellationToken = default);

    /// <summary>Says that a transaction with messages has committed. Without it they are delivered too, a moment later.</summary>
    void Committed();

    /// <summary>Enqueues messages in a transaction of their own.</summary>
    Task EnqueueAsync(IReadOnlyCollection<OutboxEntry> entries, CancellationToken cancellationToken = default);

    /// <summary>Takes back all messages that carry the token and are in nobody's hand yet, inside a transaction of the caller.</summary>
    /// <returns>How many were taken back.</returns>
    Task<int> CancelAsync(NpgsqlTransaction transaction, Guid token, CancellationToken cancellationToken = default);

    /// <summary>Takes back all messages that carry the token and are in nobody's hand yet.</summary>
    /// <returns>How many were taken back.</returns>
    Task<int> CancelAsync(Guid token, CancellationToken cancellationToken = default);
}
