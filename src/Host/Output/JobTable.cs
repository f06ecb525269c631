using Swath.Persistence.ReadSide;

namespace Swath.Host.Output;

/// <summary>Many jobs, a line each: as wide as the terminal, or with everything, separated by tabs, where standard output is none.</summary>
internal static class JobTable
{
    private static readonly string[] Everything = ["JOB", "NAME", "TENANT", "STATE", "TILES", "FEATURES", "REQUESTED", "NOTE"];

    /// <param name="jobs">The jobs, in their order.</param>
    /// <param name="shortIds">How each may be called on a terminal.</param>
    /// <param name="now">From when a job's age is counted.</param>
    public static void Print(IReadOnlyList<JobRow> jobs, IReadOnlyDictionary<Guid, string> shortIds, DateTimeOffset now)
    {
        foreach (var line in Terminal.Columns is { } columns ? FittedLines(jobs, shortIds, now, columns) : FullLines(jobs))
            Console.Out.WriteLine(line);
    }

    /// <summary>Lines of at most so many columns: what is long is cut, and the least important columns go first.</summary>
    public static IEnumerable<string> FittedLines(IReadOnlyList<JobRow> jobs, IReadOnlyDictionary<Guid, string> shortIds, DateTimeOffset now, int columns)
    {
        var table = new FittedTable(
        [
            new("JOB"), new("NAME") { Least = 10, Drop = 3 }, new("TENANT") { Least = 7, Drop = 1 }, new("STATE"), new("TILES"), new("FEATURES") { Drop = 4 }, new("AGE") { Drop = 5 }, new("NOTE") { Least = 12, Drop = 2 },
        ]);
        foreach (var job in jobs)
            table.Add([shortIds[job.JobId], job.Name, job.Tenant, job.State, Tiles(job), $"{job.Features}", Age(now - job.RequestedAt), Note(job)]);
        return table.Lines(columns);
    }

    private static IEnumerable<string> FullLines(IReadOnlyList<JobRow> jobs) =>
        jobs.Select(job => (string[])[$"{job.JobId}", job.Name, job.Tenant, job.State, Tiles(job), $"{job.Features}", $"{job.RequestedAt:yyyy-MM-dd HH:mm:ss'Z'}", Note(job)])
            .Prepend(Everything).Select(cells => string.Join('\t', cells.Select(Printable.Of)));

    private static string Tiles(JobRow job) => $"{job.TilesStored}/{job.TilesTotal}";

    private static string Note(JobRow job) => job.Failure ?? job.WaitingReason ?? "";

    private static string Age(TimeSpan age) => age switch
    {
        { TotalDays: >= 2 } => $"{age.TotalDays:0}d",
        { TotalHours: >= 2 } => $"{age.TotalHours:0}h",
        { TotalMinutes: >= 2 } => $"{age.TotalMinutes:0}m",
        _ => $"{Math.Max(0, age.TotalSeconds):0}s",
    };
}
