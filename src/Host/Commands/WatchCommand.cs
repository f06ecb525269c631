using System.CommandLine;
using Swath.Host.Composition;

namespace Swath.Host.Commands;

/// <summary><c>swath watch JOB</c>: follows a job to its end, and runs it here when no process does.</summary>
internal static class WatchCommand
{
    public static Command Create()
    {
        var id = JobArgument.Create();
        var json = new Option<bool>("--json") { Description = "At the end one JSON object on standard output; progress goes to standard error." };
        var command = new Command("watch", "Follows a job to its end; runs it in this process when no other does, such as after Ctrl+C.") { id, json };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            await using var swath = await SwathProcess.StartOrJoinAsync(new SwathProcessOptions { OnExistingDatabase = true }, cancellationToken);
            var job = await JobArgument.FindIdAsync(swath.Client, parsed.GetRequiredValue(id), cancellationToken);
            return await FollowedJob.ToEndAsync(swath, job, parsed.GetValue(json), cancellationToken);
        });
        return command;
    }
}
