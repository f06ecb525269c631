using Swath.Host.Composition;
using Swath.Host.Output;

namespace Swath.Host.Commands;

/// <summary>A job that a command waits for: its progress, then its report, then the exit code.</summary>
internal static class FollowedJob
{
    public static async Task<int> ToEndAsync(SwathProcess swath, Guid jobId, bool json, CancellationToken cancellationToken, DateTimeOffset? endedAfter = null)
    {
        try
        {
            var job = await JobProgress.FollowAsync(swath, jobId, plainly: json, cancellationToken, endedAfter);
            var history = await swath.Client.HistoryAsync(jobId, cancellationToken);
            if (json)
                JsonOutput.Write(job, history);
            else
                JobReport.Print(job, history);
            return JobReport.ExitCode(job);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            Interruption.Tell(swath, jobId);
            throw;
        }
    }
}
