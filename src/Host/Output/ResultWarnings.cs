using System.Text.Json;
using Swath.Contracts;
using Swath.Persistence.EventSourcing;

namespace Swath.Host.Output;

/// <summary>What a user should know of a job's image and result, as its history has it.</summary>
internal static class ResultWarnings
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web);

    /// <summary>The warnings of the last measuring, then those of the assembled result.</summary>
    public static IReadOnlyList<string> Of(IReadOnlyList<HistoricEvent> history) =>
    [
        .. Last<RegionsCalculated>(history, "regions-calculated.")?.Warnings ?? [],
        .. Last<JobCompleted>(history, "job-completed.")?.Warnings ?? [],
    ];

    private static T? Last<T>(IReadOnlyList<HistoricEvent> history, string type)
        where T : class
    {
        var last = history.LastOrDefault(entry => entry.Type.StartsWith(type, StringComparison.Ordinal));
        return last is null ? null : JsonSerializer.Deserialize<T>(last.Data, Json);
    }
}
