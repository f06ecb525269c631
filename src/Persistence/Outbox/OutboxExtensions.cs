using MassTransit;

namespace Swath.Persistence.Outbox;

/// <summary>The outbox, one message at a time.</summary>
public static class OutboxExtensions
{
    /// <summary>Sends what a consumer answers at once, and not with a transaction: the command is acknowledged after it.</summary>
    /// <param name="context">The command that is answered.</param>
    /// <param name="options">How the transport wants it addressed.</param>
    /// <param name="queue">The queue of who asked.</param>
    /// <param name="jobId">The job that it is about.</param>
    /// <param name="answer">What is answered.</param>
    public static Task AnswerAsync(this ConsumeContext context, OutboxOptions options, Uri queue, Guid jobId, object answer)
    {
        ArgumentNullException.ThrowIfNull(context);
        ArgumentNullException.ThrowIfNull(options);
        return context.Send(options.Route(queue, jobId), answer, send =>
        {
            send.CorrelationId = jobId;
            options.Mark(send, jobId);
        });
    }

    /// <summary>Sends a message to one endpoint in a transaction of its own: when this returns, the message will not be lost.</summary>
    public static Task SendAsync<T>(this IOutbox outbox, Uri destination, T message, Guid? jobId = null, DateTimeOffset? dueAt = null, Guid? token = null,
        CancellationToken cancellationToken = default)
        where T : class =>
        outbox.EnqueueAsync([OutboxEntry.Send(destination, message) with { JobId = jobId, DueAt = dueAt, Token = token }], cancellationToken);
}
