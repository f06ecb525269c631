using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Swath.Persistence.Outbox;

/// <summary>Writes outgoing messages into a <c>json</c> column and reads them back. A JSON body is embedded as it is, so that people can read it with psql.</summary>
internal static class OutgoingMessageJson
{
    private static readonly JsonWriterOptions Relaxed = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true };

    public static string Write(OutgoingMessage message)
    {
        var buffer = new ArrayBufferWriter<byte>(message.Body.Length + 512);
        using (var json = new Utf8JsonWriter(buffer, Relaxed))
            Write(json, message);
        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    /// <summary>The items of an array, without its brackets: several of these make one array.</summary>
    public static string WriteItems(IReadOnlyList<OutgoingMessage> messages) =>
        messages.Count == 1 ? Write(messages[0]) : string.Join(',', messages.Select(Write));

    public static OutgoingMessage Read(string text)
    {
        using var document = JsonDocument.Parse(text);
        return Read(document.RootElement);
    }

    private static void Write(Utf8JsonWriter json, OutgoingMessage message)
    {
        json.WriteStartObject();
        json.WriteString("messageId"u8, message.MessageId);
        Write(json, "jobId", message.JobId);
        Write(json, "requestId", message.RequestId);
        Write(json, "conversationId", message.ConversationId);
        Write(json, "correlationId", message.CorrelationId);
        Write(json, "initiatorId", message.InitiatorId);
        Write(json, "source", message.SourceAddress);
        json.WriteString("destination"u8, message.Destination.OriginalString);
        Write(json, "response", message.ResponseAddress);
        Write(json, "fault", message.FaultAddress);
        json.WriteString("contentType"u8, message.ContentType);
        json.WriteStartArray("types"u8);
        foreach (var type in message.MessageTypes)
            json.WriteStringValue(type);
        json.WriteEndArray();
        if (message.ExpiresAt is { } expires)
            json.WriteString("expiresAt"u8, expires);
        if (message.Delay is { } delay)
            json.WriteNumber("delayTicks"u8, delay.Ticks);
        Write(json, "headers", message.Headers);
        Write(json, "transport", message.TransportProperties);
        if (IsJson(message.ContentType))
        {
            json.WritePropertyName("body"u8);
            json.WriteRawValue(message.Body, skipInputValidation: true);
        }
        else
        {
            json.WriteBase64String("bytes"u8, message.Body);
        }
        json.WriteEndObject();
    }

    private static OutgoingMessage Read(JsonElement json) => new()
    {
        MessageId = json.GetProperty("messageId").GetGuid(),
        JobId = Id(json, "jobId"),
        RequestId = Id(json, "requestId"),
        ConversationId = Id(json, "conversationId"),
        CorrelationId = Id(json, "correlationId"),
        InitiatorId = Id(json, "initiatorId"),
        SourceAddress = Address(json, "source"),
        Destination = new Uri(json.GetProperty("destination").GetString()!),
        ResponseAddress = Address(json, "response"),
        FaultAddress = Address(json, "fault"),
        ContentType = json.GetProperty("contentType").GetString()!,
        MessageTypes = [.. json.GetProperty("types").EnumerateArray().Select(t => t.GetString()!)],
        ExpiresAt = json.TryGetProperty("expiresAt", out var expires) ? expires.GetDateTimeOffset() : null,
        Delay = json.TryGetProperty("delayTicks", out var delay) ? TimeSpan.FromTicks(delay.GetInt64()) : null,
        Headers = Strings(json, "headers"),
        TransportProperties = Strings(json, "transport"),
        Body = json.TryGetProperty("body", out var body) ? Encoding.UTF8.GetBytes(body.GetRawText()) : json.GetProperty("bytes").GetBytesFromBase64(),
    };

    private static bool IsJson(string contentType) => contentType.EndsWith("json", StringComparison.OrdinalIgnoreCase);

    private static void Write(Utf8JsonWriter json, string name, Guid? id)
    {
        if (id is { } value)
            json.WriteString(name, value);
    }

    private static void Write(Utf8JsonWriter json, string name, Uri? address)
    {
        if (address is not null)
            json.WriteString(name, address.OriginalString);
    }

    private static void Write(Utf8JsonWriter json, string name, IReadOnlyDictionary<string, string>? values)
    {
        if (values is null || values.Count == 0)
            return;
        json.WriteStartObject(name);
        foreach (var (key, value) in values)
            json.WriteString(key, value);
        json.WriteEndObject();
    }

    private static Guid? Id(JsonElement json, string name) => json.TryGetProperty(name, out var id) ? id.GetGuid() : null;

    private static Uri? Address(JsonElement json, string name) => json.TryGetProperty(name, out var address) ? new Uri(address.GetString()!) : null;

    private static Dictionary<string, string>? Strings(JsonElement json, string name) =>
        json.TryGetProperty(name, out var values)
            ? values.EnumerateObject().ToDictionary(p => p.Name, p => p.Value.GetString()!, StringComparer.OrdinalIgnoreCase)
            : null;
}
