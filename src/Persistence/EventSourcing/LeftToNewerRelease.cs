using System.Collections.Concurrent;
using System.Globalization;
using System.Text.Json;
using MassTransit;
using Microsoft.Extensions.Logging;
using Swath.Persistence.Outages;
using Swath.Persistence.Outbox;

namespace Swath.Persistence.EventSourcing;

/// <summary>
/// What this process left to processes of a newer release: messages that it can't read, and those for jobs whose streams hold what it can't read.
/// Such a message goes back to its queue as it came, after a pause that grows; nothing of it is a fault.
/// </summary>
public sealed class LeftToNewerRelease(IOutbox outbox, DatabaseReturn database, TimeProvider time, ILogger<LeftToNewerRelease> logger)
{
    private const string TriesHeader = "left";
    private const int MostRemembered = 10_000;
    private static readonly TimeSpan ShortestPause = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestPause = TimeSpan.FromMinutes(1);

    private readonly ConcurrentDictionary<Guid, string> _jobs = new();

    /// <summary>The jobs that were left since this process started; at most 10 000 are counted.</summary>
    public int Jobs => _jobs.Count;

    /// <summary>Why one of them was left; null while there is none.</summary>
    public string? Reason => _jobs.Values.FirstOrDefault();

    /// <summary>Puts a message back for later.</summary>
    /// <param name="context">The message, as it came.</param>
    /// <param name="jobId">The job; null to find it in the message.</param>
    /// <param name="newer">Why it can't be handled here.</param>
    internal Task LeaveAsync(ReceiveContext context, Guid? jobId, NewerReleaseException newer)
    {
        var tries = TriesOf(context.TransportHeaders);
        var message = Again(context, tries + 1, out var job);
        Say(jobId ?? job ?? Guid.Empty, newer.Message);
        var due = time.GetUtcNow() + PauseAfter(tries);
        return database.PatientlyAsync(token => outbox.EnqueueAsync([OutboxEntry.Again(message) with { DueAt = due }], token), context.CancellationToken);
    }

    internal static TimeSpan PauseAfter(int tries)
    {
        var pause = ShortestPause * Math.Pow(2, Math.Clamp(tries, 0, 10));
        return pause < LongestPause ? pause : LongestPause;
    }

    private static int TriesOf(Headers headers) =>
        headers.TryGetHeader(TriesHeader, out var value) && int.TryParse(value?.ToString(), NumberStyles.None, CultureInfo.InvariantCulture, out var tries) ? tries : 0;

    // The body stays as it is, and with it the message's own id, by which its job will know it. Only the copy that waits has an id of its own.
    private static OutgoingMessage Again(ReceiveContext context, int tries, out Guid? job)
    {
        var body = context.Body.GetBytes();
        using var envelope = JsonDocument.Parse(body);
        var root = envelope.RootElement;
        job = Id(root, "correlationId") ?? (root.TryGetProperty("message", out var message) ? Id(message, "jobId") : null);
        var headers = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase) { [TriesHeader] = tries.ToString(CultureInfo.InvariantCulture) };
        if (SchemaHeader.Of(context.TransportHeaders) is { } schema)
            headers[SchemaHeader.Name] = schema;
        string[] types = root.TryGetProperty("messageType", out var named) ? [.. named.EnumerateArray().Select(type => type.GetString()!)] : [];
        return new OutgoingMessage
        {
            MessageId = NewId.NextGuid(),
            ConversationId = Id(root, "conversationId"),
            CorrelationId = Id(root, "correlationId"),
            InitiatorId = Id(root, "initiatorId"),
            Destination = ShortAddress.Of(context.InputAddress, []),
            ContentType = context.ContentType.ToString(),
            MessageTypes = types,
            Headers = headers,
            Body = body,
        };
    }

    private static Guid? Id(JsonElement json, string name) =>
        json.ValueKind == JsonValueKind.Object && json.TryGetProperty(name, out var id) && id.ValueKind == JsonValueKind.String && id.TryGetGuid(out var value) ? value : null;

    private void Say(Guid jobId, string why)
    {
        if (_jobs.Count < MostRemembered && _jobs.TryAdd(jobId, why))
            logger.LogWarning("Job {JobId} is left to a newer release, and its messages wait for one: {Reason}", jobId, why);
    }
}
