using System.Text.Json;
using MassTransit;
using MassTransit.Metadata;
using MassTransit.Serialization;
using Npgsql;
using Swath.Persistence.EventSourcing;

namespace Swath.Persistence.Outbox;

/// <summary>
/// The outbox in PostgreSQL. A process with a bus writes what is to be delivered at once to its log and delivers it itself; one without leaves it to
/// others, and so does either with what is due later or can be taken back.
/// </summary>
internal sealed class PostgresOutbox(NpgsqlDataSource database, PendingMessages pending, TimeProvider time, MessageLog? log = null, OwnMessages? own = null, StreamModel? stream = null)
    : IOutbox
{
    private const string Append = "insert into message_log (writer, seq, items) values ($1, $2, $3) returning pg_current_xact_id()::text";

    // Something for message_pending, in a transaction of a caller.
    private bool _hasAdded;

    public Task EnqueueAsync(NpgsqlTransaction transaction, OutboxEntry entry, CancellationToken cancellationToken = default) =>
        EnqueueAsync(transaction, [entry], cancellationToken);

    public async Task EnqueueAsync(NpgsqlTransaction transaction, IReadOnlyCollection<OutboxEntry> entries, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(transaction);
        ArgumentNullException.ThrowIfNull(entries);
        await using var batch = new NpgsqlBatch(transaction.Connection!, transaction);
        var (messages, appended) = Fill(batch, entries);
        _hasAdded |= messages.Count < entries.Count;
        if (appended is null)
        {
            await batch.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);
            return;
        }
        try
        {
            var id = (string)(await batch.ExecuteScalarAsync(cancellationToken).ConfigureAwait(false))!;
            own!.DeliverAfter(id, appended, messages);
        }
        catch
        {
            // The transaction can only be rolled back.
            log!.Abandon();
            throw;
        }
    }

    public async Task EnqueueAsync(IReadOnlyCollection<OutboxEntry> entries, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(entries);
        await using var connection = await database.OpenConnectionAsync(cancellationToken).ConfigureAwait(false);
        await using var batch = new NpgsqlBatch(connection);
        var (messages, appended) = Fill(batch, entries);
        var backend = connection.ProcessID;
        try
        {
            await batch.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (PostgresException) when (appended is not null)
        {
            log!.Abandon();
            throw;
        }
        catch when (appended is not null)
        {
            // The caller tries again or gives up; should it be there all the same, it is delivered.
            own!.FindOut(backend, appended);
            throw;
        }
        if (appended is not null)
            own!.Deliver(appended, messages);
        if (messages.Count < entries.Count)
            pending.Wake();
    }

    public void Committed()
    {
        own?.Hurry();
        if (Interlocked.Exchange(ref _hasAdded, false))
            pending.Wake();
    }

    public Task<int> CancelAsync(NpgsqlTransaction transaction, Guid token, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(transaction);
        return pending.CancelAsync(transaction, token, cancellationToken);
    }

    public Task<int> CancelAsync(Guid token, CancellationToken cancellationToken = default) => pending.CancelAsync(null, token, cancellationToken);

    /// <summary>A message as it goes over the wire.</summary>
    /// <param name="entry">The message.</param>
    /// <param name="now">When it is sent.</param>
    /// <param name="schemas">The names and versions that messages say; null where none are known.</param>
    internal static OutgoingMessage Outgoing(OutboxEntry entry, DateTimeOffset now, EventTypes? schemas)
    {
        if (entry.AsItCame is { } message)
            return message;
        var type = entry.Message.GetType();
        var messageId = entry.MessageId ?? NewId.NextGuid();
        var conversationId = NewId.NextGuid();
        var types = MessageTypeCache.GetMessageTypeNames(type);
        var headers = schemas?.NameOf(type) is { } schema ? new Dictionary<string, string> { [SchemaHeader.Name] = schema } : null;
        var envelope = new JsonMessageEnvelope
        {
            MessageId = messageId.ToString(),
            ConversationId = conversationId.ToString(),
            CorrelationId = entry.JobId?.ToString(),
            DestinationAddress = entry.Destination?.ToString(),
            MessageType = types,
            Message = entry.Message,
            SentTime = now.UtcDateTime,
            Host = HostMetadataCache.Host,
        };
        if (headers is not null)
            envelope.Headers = headers.ToDictionary(header => header.Key, header => (object?)header.Value);
        return new OutgoingMessage
        {
            MessageId = messageId,
            JobId = entry.JobId,
            ConversationId = conversationId,
            CorrelationId = entry.JobId,
            Destination = entry.Destination ?? MessageUrn.ForType(type),
            ContentType = SystemTextJsonMessageSerializer.JsonContentType.ToString(),
            MessageTypes = types,
            Headers = headers,
            Body = JsonSerializer.SerializeToUtf8Bytes(envelope, SystemTextJsonMessageSerializer.Options),
        };
    }

    /// <returns>The messages of the log, and their row; null when there is none.</returns>
    private (IReadOnlyList<OutgoingMessage> Messages, LogEntry? Appended) Fill(NpgsqlBatch batch, IReadOnlyCollection<OutboxEntry> entries)
    {
        var now = time.GetUtcNow();
        var waiting = new List<(OutgoingMessage, OutboxEntry)>();
        var messages = new List<OutgoingMessage>(entries.Count);
        foreach (var entry in entries)
        {
            var message = Outgoing(entry, now, stream?.Types);
            if (log is null || entry.DueAt is not null || entry.Token is not null || entry.MessageId is not null)
                waiting.Add((message, entry));
            else
                messages.Add(message);
        }

        LogEntry? appended = null;
        if (messages.Count > 0)
        {
            // First, so that its answer is the batch's.
            appended = log!.Open();
            batch.BatchCommands.Add(new NpgsqlBatchCommand(Append)
            {
                Parameters =
                {
                    new NpgsqlParameter<Guid> { TypedValue = log.Writer },
                    new NpgsqlParameter<long> { TypedValue = appended.Seq },
                    new NpgsqlParameter<string> { TypedValue = $"[{OutgoingMessageJson.WriteItems(messages)}]" },
                },
            });
        }
        if (waiting.Count > 0)
            batch.BatchCommands.Add(PendingMessages.Addition(waiting));
        return (messages, appended);
    }
}
