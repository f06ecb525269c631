using Swath.Host.Commands;
using Swath.Persistence.EventSourcing;
using Swath.Persistence.ReadSide;

namespace Swath.Host.Output;

/// <summary>One job, in words; its failed tiles are read from its history.</summary>
internal static class JobReport
{
    private const int FailedTilesShown = 100;

    public static int ExitCode(JobRow job) => job.State == "Completed" ? ExitCodes.Done : ExitCodes.JobFailed;

    public static void Print(JobRow job, IReadOnlyList<HistoricEvent> history)
    {
        Line("Job", $"{job.JobId}  {job.Name}");
        Line("State", job.State);
        if (job.Failure is not null)
            Line(job.State == "Completed" ? "Missing" : "Why", job.Failure);
        if (job.WaitingReason is not null)
            Line("Waiting", $"{job.WaitingReason}: {job.WaitingDetail}");
        Line("Image", job.ImageUrl);
        Line("Endpoint", job.Variant is null ? job.Endpoint : $"{job.Endpoint} ({job.Variant})");
        Line("Regions", $"{job.RegionsDone + job.RegionsFailed} of {job.RegionsTotal} ended{Failed(job.RegionsFailed)}");
        Line("Tiles", $"{job.TilesStored} of {job.TilesTotal} tried{Failed(job.TilesFailed)}{(job.TilesSkipped > 0 ? $", {job.TilesSkipped} blank and skipped" : "")}");
        if (job is { StartedAt: { } started, FinishedAt: { } finished } && finished > started)
            Line("Time", $"{(finished - started).TotalSeconds:0.0} s, {job.TilesTotal / (finished - started).TotalSeconds:0} tiles/s");
        if (job.IsFinal)
            Line("Features", job.Features.ToString());
        foreach (var warning in ResultWarnings.Of(history))
            Line("Warning", warning);
        foreach (var result in job.Results)
            Line("Result", result);
        if (job.IsFinal && job.OutputRetryRefusal() is null)
            Line("Outputs", $"{(job.OutputsFailed > 0 ? $"{job.OutputsFailed} failed" : "none was written")}; what the model saw is kept for 7 days: 'swath retry {job.JobId} --outputs' writes them");
        var failedTiles = FailedTiles.Of(history);
        foreach (var tile in failedTiles.Take(FailedTilesShown))
            Line("Failed tile", $"{tile.Window}: {tile.Reason}");
        if (failedTiles.Count > FailedTilesShown)
            Line("", $"... and {failedTiles.Count - FailedTilesShown} more: the result lists them all");
    }

    private static string Failed(int count) => count == 0 ? "" : $", {count} failed";

    private static void Line(string label, string text) => Terminal.WriteLine($"{label,-12}{text}");
}
