using System.Text.Json.Serialization;

namespace Swath.Contracts;

/// <summary>
/// A job that failed before any of its regions was given to a worker was requested again, with the same content: it begins anew, from the measuring of
/// its image. Ignored by every other job.
/// </summary>
public sealed record JobResubmitted
{
    public required Guid JobId { get; init; }

    /// <summary>What the job may read, write and call from now on: the settings may have changed since.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public Grants? Grants { get; init; }
}
