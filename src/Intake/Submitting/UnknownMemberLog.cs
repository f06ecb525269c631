using System.Collections.Concurrent;
using System.Text.Json;
using System.Text.RegularExpressions;
using MassTransit;
using Microsoft.Extensions.Logging;
using Swath.Contracts;

namespace Swath.Intake.Submitting;

/// <summary>Says once of each member of a request that Swath does not know it, where the sender waits for no answer: it is left out, and somebody should know.</summary>
internal sealed partial class UnknownMemberLog(ILogger<UnknownMemberLog> logger)
{
    // Names come from outside: a sender that makes up new ones must not fill log and memory.
    private const int MostNames = 1000;

    private readonly ConcurrentDictionary<string, bool> _said = new(StringComparer.Ordinal);

    /// <param name="context">The message; what is looked into is its body as it came.</param>
    /// <param name="way">How it came.</param>
    public void Note(ConsumeContext<ImageRequested> context, WayIn way)
    {
        try
        {
            using var envelope = JsonDocument.Parse(context.ReceiveContext.Body.GetBytes());
            if (envelope.RootElement.TryGetProperty("message", out var message))
                Note(message, way);
        }
        catch (JsonException)
        {
            // Another form of message, which was understood all the same.
        }
    }

    private void Note(JsonElement request, WayIn way)
    {
        foreach (var member in UnknownMembers.Of(request))
        {
            if (_said.Count < MostNames && _said.TryAdd(Index().Replace(member, "[]"), true))
                logger.LogWarning("A request over {Way} has the member {Member}, which Swath does not know and leaves out; this is said once", way, member);
        }
    }

    [GeneratedRegex(@"\[\d+\]", RegexOptions.CultureInvariant)]
    private static partial Regex Index();
}
