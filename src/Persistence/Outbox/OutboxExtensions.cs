using Npgsql;

namespace Swath.Persistence.Outbox;

/// <summary>The outbox, one message at a time.</summary>
public static class OutboxExtensions
{
    /// <summary>Publishes a message when the caller's transaction commits.</summary>
    public static Task PublishAsync<T>(this IOutbox outbox, NpgsqlTransaction transaction, T message, Guid? jobId = null, DateTimeOffset? dueAt = null,
        Guid? token = null, CancellationToken cancellationToken = default)
        where T : class =>
        outbox.EnqueueAsync(transaction, OutboxEntry.Publish(message) with { JobId = jobId, DueAt = dueAt, Token = token }, cancellationToken);

    /// <summary>Sends a message to one endpoint when the caller's transaction commits.</summary>
    public static Task SendAsync<T>(this IOutbox outbox, NpgsqlTransaction transaction, Uri destination, T message, Guid? jobId = null,
        DateTimeOffset? dueAt = null, Guid? token = null, CancellationToken cancellationToken = default)
        where T : class =>
        outbox.EnqueueAsync(transaction, OutboxEntry.Send(destination, message) with { JobId = jobId, DueAt = dueAt, Token = token }, cancellationToken);

    /// <summary>Publishes a message in a transaction of its own: when this returns, the message will not be lost.</summary>
    public static Task PublishAsync<T>(this IOutbox outbox, T message, Guid? jobId = null, DateTimeOffset? dueAt = null, Guid? token = null,
        CancellationToken cancellationToken = default)
        where T : class =>
        outbox.EnqueueAsync([OutboxEntry.Publish(message) with { JobId = jobId, DueAt = dueAt, Token = token }], cancellationToken);

    /// <summary>Sends a message to one endpoint in a transaction of its own: when this returns, the message will not be lost.</summary>
    public static Task SendAsync<T>(this IOutbox outbox, Uri destination, T message, Guid? jobId = null, DateTimeOffset? dueAt = null, Guid? token = null,
        CancellationToken cancellationToken = default)
        where T : class =>
        outbox.EnqueueAsync([OutboxEntry.Send(destination, message) with { JobId = jobId, DueAt = dueAt, Token = token }], cancellationToken);
}
