using MassTransit;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Npgsql;
using NpgsqlTypes;

namespace Swath.Persistence.Outbox;

/// <summary>Delivers what is due in the outbox table. Any number of processes may do so at once: each takes rows that no other holds.</summary>
internal sealed class OutboxDispatcher(NpgsqlDataSource database, IBus bus, TimeProvider time, IOptions<OutboxOptions> options, ILogger<OutboxDispatcher> logger)
{
    // Served by outbox_due.
    private const string TakeDue =
        """
        select message_id, message::text
        from outbox
        where delivered_at is null and due_at <= $1
        order by due_at, sequence
        limit $2
        for update skip locked
        """;

    private const string MarkDelivered = "update outbox set delivered_at = $1 where message_id = any($2)";

    // Behind the others, so that a message that can't be delivered holds up nothing else.
    private const string PutBack = "update outbox set due_at = $1 where message_id = any($2)";

    private const string NextDue = "select min(due_at) from outbox where delivered_at is null";

    /// <summary>Delivers everything that is due.</summary>
    /// <returns>How many messages were delivered.</returns>
    public async Task<int> DeliverDueAsync(CancellationToken cancellationToken)
    {
        var total = 0;
        while (true)
        {
            var (taken, delivered) = await DeliverBatchAsync(cancellationToken);
            total += delivered;
            if (taken < options.Value.BatchSize)
                return total;
        }
    }

    /// <summary>When the next message falls due; null when none waits.</summary>
    public async Task<DateTimeOffset?> NextDueAsync(CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(NextDue);
        return await command.ExecuteScalarAsync(cancellationToken) is DateTime due ? new DateTimeOffset(due, TimeSpan.Zero) : null;
    }

    private async Task<(int Taken, int Delivered)> DeliverBatchAsync(CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        var due = await TakeAsync(connection, now, cancellationToken);
        if (due.Count == 0)
            return (0, 0);

        var delivered = new List<Guid>(due.Count);
        var failed = new List<Guid>();
        foreach (var (messageId, text) in due)
        {
            try
            {
                await MessageDelivery.SendAsync(bus, OutgoingMessageJson.Read(text), options.Value, time, cancellationToken);
                delivered.Add(messageId);
            }
            catch (Exception e) when (e is not OperationCanceledException)
            {
                logger.LogWarning(e, "The outbox message {MessageId} could not be delivered; it is tried again in {Interval}", messageId, options.Value.SweepInterval);
                failed.Add(messageId);

                // The others would wait as long, and their rows with them.
                if (e is TimeoutException)
                    break;
            }
        }
        await MarkAsync(connection, MarkDelivered, now, delivered, cancellationToken);
        await MarkAsync(connection, PutBack, now + options.Value.SweepInterval, failed, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return (due.Count, delivered.Count);
    }

    private async Task<List<(Guid MessageId, string Text)>> TakeAsync(NpgsqlConnection connection, DateTimeOffset now, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(TakeDue, connection)
        {
            Parameters = { new NpgsqlParameter<DateTimeOffset> { TypedValue = now }, new NpgsqlParameter<int> { TypedValue = options.Value.BatchSize } },
        };
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var due = new List<(Guid, string)>();
        while (await reader.ReadAsync(cancellationToken))
            due.Add((reader.GetGuid(0), reader.GetString(1)));
        return due;
    }

    private static async Task MarkAsync(NpgsqlConnection connection, string statement, DateTimeOffset at, List<Guid> messages, CancellationToken cancellationToken)
    {
        if (messages.Count == 0)
            return;
        await using var command = new NpgsqlCommand(statement, connection)
        {
            Parameters =
            {
                new NpgsqlParameter<DateTimeOffset> { TypedValue = at },
                new NpgsqlParameter<Guid[]> { TypedValue = [.. messages], NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Uuid },
            },
        };
        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
