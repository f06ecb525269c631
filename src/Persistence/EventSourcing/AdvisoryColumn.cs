namespace Swath.Persistence.EventSourcing;

/// <summary>A column of the state table that others write, and when the saga's own commits empty it.</summary>
/// <param name="Name">The column.</param>
/// <param name="KeptIn">It is emptied by every commit that leaves the job in another state than this.</param>
/// <param name="EmptiedOnEntering">It is emptied by the commit that brings the job into this state.</param>
internal sealed record AdvisoryColumn(string Name, string? KeptIn, string? EmptiedOnEntering)
{
    public string Assignment => KeptIn is not null
        ? $"{Name} = case when excluded.state = '{KeptIn}' then jobs.{Name} end"
        : $"{Name} = case when excluded.state <> '{EmptiedOnEntering}' or jobs.state = '{EmptiedOnEntering}' then jobs.{Name} end";
}
