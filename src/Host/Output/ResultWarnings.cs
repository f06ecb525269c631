using System.Text.Json;
using Swath.Contracts;
using Swath.Persistence.EventSourcing;

namespace Swath.Host.Output;

/// <summary>What a user should know of a job's result, as its history has it.</summary>
internal static class ResultWarnings
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web);

    public static IReadOnlyList<string> Of(IReadOnlyList<HistoricEvent> history)
    {
        var last = history.LastOrDefault(entry => entry.Type.StartsWith("job-completed.", StringComparison.Ordinal));
        return last is null ? [] : JsonSerializer.Deserialize<JobCompleted>(last.Data, Json)!.Warnings ?? [];
    }
}
