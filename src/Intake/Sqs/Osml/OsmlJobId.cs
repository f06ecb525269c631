using Swath.Contracts;

namespace Swath.Intake.Sqs.Osml;

/// <summary>Upstream systems name their jobs as they like; Swath knows jobs by UUIDs.</summary>
internal static class OsmlJobId
{
    /// <summary>The job's UUID, and its name where the two differ.</summary>
    /// <param name="jobId">A UUID in its usual form, or any other text. The same text is always the same job.</param>
    public static (Guid JobId, string? ExternalId) Of(string jobId)
    {
        var id = ExternalIds.JobIdOf(jobId);
        return (id, id.ToString() == jobId ? null : jobId);
    }
}
