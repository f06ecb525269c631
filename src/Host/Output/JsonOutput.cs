using System.Text.Json;
using Swath.Persistence.EventSourcing;
using Swath.Persistence.ReadSide;

namespace Swath.Host.Output;

/// <summary>Machine-readable output: one JSON document on standard output.</summary>
internal static class JsonOutput
{
    private static readonly JsonSerializerOptions Options = new(JsonSerializerDefaults.Web) { WriteIndented = true };

    public static void Write<T>(T value) => Console.Out.WriteLine(JsonSerializer.Serialize(value, Options));

    /// <summary>A job with its history; the data of an event is the object that was stored.</summary>
    public static void Write(JobRow job, IReadOnlyList<HistoricEvent> history) =>
        Write(new { job, history = history.Select(entry => new { entry.Version, entry.Type, entry.OccurredAt, entry.MessageId, Data = JsonElement.Parse(entry.Data) }) });
}
