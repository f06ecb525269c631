using System.Text;
using System.Text.Json;
using RabbitMQ.Client;
using RabbitMQ.Client.Events;
using RabbitMQ.Client.Exceptions;
using Swath.Host.Commands;

namespace Swath.Host.Composition.Transports;

/// <summary>The fault queues of RabbitMQ, read as a client: no management plugin is needed.</summary>
internal sealed class RabbitMqFaultQueues(Uri address) : IFaultQueues
{
    private const string FaultHeaders = "MT-Fault-";
    private const string Reason = "MT-Reason";

    public async Task<IReadOnlyList<FaultedMessage>> ListAsync(int limit, CancellationToken cancellationToken)
    {
        await using var connection = await ConnectAsync(cancellationToken);
        var found = new List<FaultedMessage>();
        foreach (var (queue, count) in await QueuesAsync(connection, cancellationToken))
        {
            // Nothing is acknowledged: all goes back, in order, when the channel closes.
            await using var channel = await connection.CreateChannelAsync(cancellationToken: cancellationToken);
            for (var i = 0; i < Math.Min(limit, count) && await channel.BasicGetAsync(queue, autoAck: false, cancellationToken) is { } message; i++)
                found.Add(Read(queue, message));
        }

        return found;
    }

    public async Task<FaultRetries> RetryAsync(Func<FaultedMessage, bool> wanted, CancellationToken cancellationToken)
    {
        await using var connection = await ConnectAsync(cancellationToken);
        var (putBack, dropped) = (0, 0);
        foreach (var (queue, count) in await QueuesAsync(connection, cancellationToken))
        {
            var confirmed = new CreateChannelOptions(publisherConfirmationsEnabled: true, publisherConfirmationTrackingEnabled: true);
            await using var channel = await connection.CreateChannelAsync(confirmed, cancellationToken);

            // As many as there were: what fails again meanwhile waits for the next time.
            for (var i = 0u; i < count && await channel.BasicGetAsync(queue, autoAck: false, cancellationToken) is { } message; i++)
            {
                var fault = Read(queue, message);
                if (!wanted(fault))
                    continue;
                if (await TryPutBackAsync(channel, fault.Queue, message, cancellationToken))
                    putBack++;
                else if (fault.Queue.StartsWith(FaultQueueNames.WorkerPrefix, StringComparison.Ordinal))
                    dropped++;
                else
                    continue;
                await channel.BasicAckAsync(message.DeliveryTag, multiple: false, cancellationToken);
            }
        }

        return new FaultRetries(putBack, dropped);
    }

    /// <returns>False when the queue is gone.</returns>
    private static async Task<bool> TryPutBackAsync(IChannel channel, string queue, BasicGetResult message, CancellationToken cancellationToken)
    {
        var properties = new BasicProperties(message.BasicProperties)
        {
            Headers = message.BasicProperties.Headers?
                .Where(header => !header.Key.StartsWith(FaultHeaders, StringComparison.Ordinal) && header.Key != Reason)
                .ToDictionary(header => header.Key, header => header.Value),
        };
        try
        {
            // By the default exchange, which knows every queue by its name and declares none.
            await channel.BasicPublishAsync("", queue, mandatory: true, properties, message.Body, cancellationToken);
            return true;
        }
        catch (PublishException returned) when (returned.IsReturn)
        {
            return false;
        }
    }

    private static async Task<List<(string Queue, uint Messages)>> QueuesAsync(IConnection connection, CancellationToken cancellationToken)
    {
        var found = new List<(string, uint)>();
        foreach (var queue in FaultQueueNames.All)
        {
            await using var channel = await connection.CreateChannelAsync(cancellationToken: cancellationToken);
            try
            {
                var declared = await channel.QueueDeclarePassiveAsync(queue, cancellationToken);
                if (declared.MessageCount > 0)
                    found.Add((queue, declared.MessageCount));
            }
            catch (OperationInterruptedException)
            {
                // Nothing has failed in it ever: it is made by the first message that does.
            }
        }

        return found;
    }

    private async Task<IConnection> ConnectAsync(CancellationToken cancellationToken)
    {
        try
        {
            return await RabbitMqAddress.ConnectAsync(address, "swath faults", cancellationToken);
        }
        catch (BrokerUnreachableException unreachable)
        {
            throw new UsageException($"RabbitMQ at {RabbitMqAddress.Shown(address)} can't be reached: {unreachable.InnerException?.Message ?? unreachable.Message} Check SWATH_RABBITMQ.");
        }
    }

    private static FaultedMessage Read(string faultQueue, BasicGetResult message)
    {
        string? Header(string name) =>
            message.BasicProperties.Headers is { } headers && headers.TryGetValue(name, out var value) ? value is byte[] text ? Encoding.UTF8.GetString(text) : value?.ToString() : null;

        var (type, job) = ReadEnvelope(message.Body);
        var queue = Uri.TryCreate(Header("MT-Fault-InputAddress"), UriKind.Absolute, out var input)
            ? Uri.UnescapeDataString(input.Segments[^1])
            : faultQueue[..faultQueue.LastIndexOf('_')];
        return new FaultedMessage(
            queue, type, message.BasicProperties.MessageId, job ?? (Guid.TryParse(message.BasicProperties.CorrelationId, out var id) ? id : null),
            Header("MT-Fault-Message") ?? (Header(Reason) is { } reason ? $"not consumed ({reason})" : "no reason was given"),
            DateTimeOffset.TryParse(Header("MT-Fault-Timestamp"), System.Globalization.CultureInfo.InvariantCulture, out var at) ? at : null);
    }

    private static (string Type, Guid? Job) ReadEnvelope(ReadOnlyMemory<byte> body)
    {
        try
        {
            using var envelope = JsonDocument.Parse(body);
            var type = envelope.RootElement.TryGetProperty("messageType", out var types) && types.GetArrayLength() > 0 ? types[0].GetString() : null;
            var job = envelope.RootElement.TryGetProperty("message", out var message) && message.TryGetProperty("jobId", out var id) && id.TryGetGuid(out var guid)
                ? guid
                : (Guid?)null;
            return (type?[(type.LastIndexOf(':') + 1)..] ?? "unknown", job);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            return ("not JSON", null);
        }
    }
}
