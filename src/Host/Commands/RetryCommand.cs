using System.CommandLine;
using Swath.Contracts;
using Swath.Host.Composition;
using Swath.Host.Output;
using Swath.Scheduler.Jobs;

namespace Swath.Host.Commands;

/// <summary><c>swath retry JOB --failed-tiles</c>: runs what failed of a partially completed job, and writes its result whole.</summary>
internal static class RetryCommand
{
    public static Command Create()
    {
        var id = JobArgument.Create();
        var failedTiles = new Option<bool>("--failed-tiles") { Description = "Run the failed tiles again, and only those; then write the outputs whole." };
        var command = new Command("retry", "Runs the failed tiles of a partially completed job again and waits for the result.") { id, failedTiles };
        command.SetAction((parsed, cancellationToken) => parsed.GetValue(failedTiles)
            ? RunAsync(parsed.GetRequiredValue(id), cancellationToken)
            : throw new UsageException("Say what to retry: --failed-tiles. To run the whole image again, submit it again."));
        return command;
    }

    private static async Task<int> RunAsync(string id, CancellationToken cancellationToken)
    {
        await using var swath = await SwathProcess.StartOrJoinAsync(new SwathProcessOptions(), cancellationToken);
        var job = await JobArgument.FindAsync(swath.Client, id, cancellationToken);
        if (job.State != JobStatus.PartiallyCompleted)
            throw new UsageException($"Job {job.JobId} is {job.State}: only a job that is PartiallyCompleted has tiles to retry. Submit the image again instead.");
        await swath.Client.PublishAsync(new RetryFailedTiles { JobId = job.JobId }, job.JobId, cancellationToken);
        job = await JobProgress.FollowAsync(swath, job.JobId, cancellationToken, endedAfter: job.FinishedAt);
        JobReport.Print(job, await swath.Client.HistoryAsync(job.JobId, cancellationToken));
        return JobReport.ExitCode(job);
    }
}
