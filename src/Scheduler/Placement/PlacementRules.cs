using System.Text.Json;
using Swath.Contracts;

namespace Swath.Scheduler.Placement;

/// <summary>What a job asks of the worker of its regions.</summary>
/// <param name="JobId">The job, whose own regions never disturb each other.</param>
/// <param name="Kind">The job's kind.</param>
/// <param name="Affinity">Its rules.</param>
public sealed record PlacementRules(Guid JobId, string Kind, Affinity Affinity)
{
    private static readonly Affinity None = new();

    /// <summary>From the job's row.</summary>
    /// <param name="jobId">The job.</param>
    /// <param name="kind">The job's kind.</param>
    /// <param name="affinity">Its affinity as JSON (with the property names of the message); null: no rules.</param>
    public static PlacementRules Parse(Guid jobId, string kind, string? affinity) =>
        new(jobId, kind, affinity is null ? None : JsonSerializer.Deserialize<Affinity>(affinity, JsonSerializerOptions.Web) ?? None);
}
