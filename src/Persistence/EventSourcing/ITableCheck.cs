namespace Swath.Persistence.EventSourcing;

/// <summary>Proves that one more table says what the events of the jobs do. What it states must hold in every committed snapshot, or name its own period of grace.</summary>
public interface ITableCheck
{
    /// <summary>What of a folded state the statement needs beside the columns of <c>jobs</c>, as JSON; null for nothing.</summary>
    string? FactsOf(object state);

    /// <summary>
    /// SQL that yields (job_id, what differs, expected, actual), texts but for the id, one row a difference. <c>folded (job_id, version, updated_at, facts, columns of
    /// jobs...)</c> holds what the events of some jobs fold to.
    /// </summary>
    string Statement { get; }
}
