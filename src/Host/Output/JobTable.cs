using Spectre.Console;
using Swath.Persistence.ReadSide;

namespace Swath.Host.Output;

/// <summary>Many jobs: a table on a terminal, tab-separated lines elsewhere.</summary>
internal static class JobTable
{
    private static readonly string[] Columns = ["JOB", "NAME", "TENANT", "STATE", "TILES", "FEATURES", "REQUESTED", "NOTE"];

    public static void Print(IReadOnlyList<JobRow> jobs)
    {
        if (Terminal.IsInteractive)
            PrintTable(jobs);
        else
            PrintLines(jobs);
    }

    private static void PrintTable(IReadOnlyList<JobRow> jobs)
    {
        var table = new Table().Border(TableBorder.Simple);
        foreach (var column in Columns)
            table.AddColumn(column);
        foreach (var job in jobs)
            table.AddRow([.. Cells(job).Select(cell => new Text(cell))]);
        AnsiConsole.Write(table);
    }

    private static void PrintLines(IReadOnlyList<JobRow> jobs)
    {
        Console.WriteLine(string.Join('\t', Columns));
        foreach (var job in jobs)
            Console.WriteLine(string.Join('\t', Cells(job)));
    }

    private static string[] Cells(JobRow job) =>
    [
        job.JobId.ToString(),
        job.Name,
        job.Tenant,
        job.State,
        $"{job.TilesStored}/{job.TilesTotal}",
        job.Features.ToString(),
        job.RequestedAt.ToString("yyyy-MM-dd HH:mm:ss'Z'"),
        job.Failure ?? job.WaitingReason ?? "",
    ];
}
