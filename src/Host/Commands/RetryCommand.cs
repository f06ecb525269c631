using System.CommandLine;
using Swath.Contracts;
using Swath.Host.Composition;
using Swath.Persistence.ReadSide;

namespace Swath.Host.Commands;

/// <summary><c>swath retry JOB --failed-tiles | --outputs</c>: does what failed of a job that is over again, and only that.</summary>
internal static class RetryCommand
{
    public static Command Create()
    {
        var id = JobArgument.Create();
        var failedTiles = new Option<bool>("--failed-tiles") { Description = "Run the failed tiles again, and only those; then write the outputs whole." };
        var outputs = new Option<bool>("--outputs") { Description = "Write the outputs again that failed, and only those; no model is asked." };
        var command = new Command("retry", "Does what failed of a partially completed or failed job again and waits for the result.") { id, failedTiles, outputs };
        command.SetAction((parsed, cancellationToken) => (parsed.GetValue(failedTiles), parsed.GetValue(outputs)) switch
        {
            (true, false) => RunAsync(parsed.GetRequiredValue(id), job => job.TileRetryRefusal(), job => new RetryFailedTiles { JobId = job }, cancellationToken),
            (false, true) => RunAsync(parsed.GetRequiredValue(id), job => job.OutputRetryRefusal(), job => new RetryOutputs { JobId = job }, cancellationToken),
            (true, true) => throw new UsageException("Say one of the two: --failed-tiles writes every output again when the tiles are done."),
            _ => throw new UsageException("Say what to retry: --failed-tiles or --outputs. To run the whole image again, submit it again."),
        });
        return command;
    }

    private static async Task<int> RunAsync(string id, Func<JobRow, string?> whyNot, Func<Guid, object> message, CancellationToken cancellationToken)
    {
        await using var swath = await SwathProcess.StartOrJoinAsync(new SwathProcessOptions { OnExistingDatabase = true }, cancellationToken);
        var job = await JobArgument.FindAsync(swath.Client, id, cancellationToken);
        if (whyNot(job) is { } refusal)
            throw new UsageException(refusal);
        await swath.Client.TellAsync(message(job.JobId), job.JobId, cancellationToken);
        return await FollowedJob.ToEndAsync(swath, job.JobId, json: false, cancellationToken, endedAfter: job.FinishedAt);
    }
}
