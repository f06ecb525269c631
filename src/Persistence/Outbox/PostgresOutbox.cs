using System.Text.Json;
using MassTransit;
using MassTransit.Metadata;
using MassTransit.Serialization;
using Npgsql;
using NpgsqlTypes;

namespace Swath.Persistence.Outbox;

/// <summary>The outbox as a table of PostgreSQL. Needs no bus: a process that only enqueues starts none.</summary>
internal sealed class PostgresOutbox(NpgsqlDataSource database, TimeProvider time) : IOutbox
{
    /// <summary>The channel that wakes the delivery, in whichever process it runs.</summary>
    public const string Channel = "swath_outbox";

    private const string Insert =
        $"""
        with added as (
          insert into outbox (message_id, job_id, destination, message, enqueued_at, due_at, token)
          select u.message_id, u.job_id, u.destination, u.message::json, $5, u.due_at, u.token
          from unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[], $6::timestamptz[], $7::uuid[])
            as u (message_id, job_id, destination, message, due_at, token)
          on conflict (message_id) do nothing
          returning message_id
        )
        select pg_notify('{Channel}', '') from added limit 1
        """;

    private const string Cancel = "delete from outbox where token = $1 and delivered_at is null";

    public Task EnqueueAsync(NpgsqlTransaction transaction, OutboxEntry entry, CancellationToken cancellationToken = default) =>
        EnqueueAsync(transaction, [entry], cancellationToken);

    public async Task EnqueueAsync(NpgsqlTransaction transaction, IReadOnlyCollection<OutboxEntry> entries, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(transaction);
        await using var batch = new NpgsqlBatch(transaction.Connection!, transaction) { BatchCommands = { CreateCommand(entries) } };
        await batch.ExecuteNonQueryAsync(cancellationToken);
    }

    public async Task EnqueueAsync(IReadOnlyCollection<OutboxEntry> entries, CancellationToken cancellationToken = default)
    {
        await using var batch = database.CreateBatch();
        batch.BatchCommands.Add(CreateCommand(entries));
        await batch.ExecuteNonQueryAsync(cancellationToken);
    }

    public NpgsqlBatchCommand CreateCommand(IReadOnlyCollection<OutboxEntry> entries)
    {
        ArgumentNullException.ThrowIfNull(entries);
        var now = time.GetUtcNow();
        var messages = entries.Select(e => Outgoing(e, now)).ToArray();
        return new NpgsqlBatchCommand(Insert)
        {
            Parameters =
            {
                new NpgsqlParameter<Guid[]> { TypedValue = [.. messages.Select(m => m.MessageId)] },
                new NpgsqlParameter<Guid?[]> { TypedValue = [.. entries.Select(e => e.JobId)], NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Uuid },
                new NpgsqlParameter<string[]> { TypedValue = [.. messages.Select(m => m.Destination.ToString())] },
                new NpgsqlParameter<string[]> { TypedValue = [.. messages.Select(OutgoingMessageJson.Write)] },
                new NpgsqlParameter<DateTimeOffset> { TypedValue = now },
                new NpgsqlParameter<DateTimeOffset[]> { TypedValue = [.. entries.Select(e => (e.DueAt ?? now).ToUniversalTime())], NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.TimestampTz },
                new NpgsqlParameter<Guid?[]> { TypedValue = [.. entries.Select(e => e.Token)], NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Uuid },
            },
        };
    }

    public async Task<int> CancelAsync(NpgsqlTransaction transaction, Guid token, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(transaction);
        await using var command = new NpgsqlCommand(Cancel, transaction.Connection, transaction) { Parameters = { new NpgsqlParameter<Guid> { TypedValue = token } } };
        return await command.ExecuteNonQueryAsync(cancellationToken);
    }

    public async Task<int> CancelAsync(Guid token, CancellationToken cancellationToken = default)
    {
        await using var command = database.CreateCommand(Cancel);
        command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = token });
        return await command.ExecuteNonQueryAsync(cancellationToken);
    }

    private static OutgoingMessage Outgoing(OutboxEntry entry, DateTimeOffset now)
    {
        var type = entry.Message.GetType();
        var messageId = entry.MessageId ?? NewId.NextGuid();
        var conversationId = NewId.NextGuid();
        var types = MessageTypeCache.GetMessageTypeNames(type);
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
        return new OutgoingMessage
        {
            MessageId = messageId,
            ConversationId = conversationId,
            CorrelationId = entry.JobId,
            Destination = entry.Destination ?? MessageUrn.ForType(type),
            ContentType = SystemTextJsonMessageSerializer.JsonContentType.ToString(),
            MessageTypes = types,
            Body = JsonSerializer.SerializeToUtf8Bytes(envelope, SystemTextJsonMessageSerializer.Options),
        };
    }
}
