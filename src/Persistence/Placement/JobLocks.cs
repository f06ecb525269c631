namespace Swath.Persistence.Placement;

/// <summary>The keys of advisory locks that say who is at a job.</summary>
public static class JobLocks
{
    /// <summary>The key of the lock that whoever assembles a job holds, as an expression of SQL.</summary>
    /// <param name="jobId">The job's id, as an expression of SQL: a parameter or a column.</param>
    public static string Assembling(string jobId) => $"hashtextextended('swath assembles ' || {jobId}::text, 0)";
}
