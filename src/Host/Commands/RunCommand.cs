using System.CommandLine;
using Swath.Host.Composition;

namespace Swath.Host.Commands;

/// <summary><c>swath run IMAGE --endpoint URL -o OUT</c>: one image, from request to result, in this process.</summary>
internal static class RunCommand
{
    public static Command Create()
    {
        var options = new RequestOptions();
        var json = new Option<bool>("--json") { Description = "At the end one JSON object on standard output, as 'swath job --json' prints it; progress goes to standard error." };
        var command = new Command("run", "Runs one image through an endpoint and waits for the result.") { json };
        options.AddTo(command);
        command.SetAction((parsed, cancellationToken) => RunAsync(options.Read(parsed), parsed.GetValue(json), cancellationToken));
        return command;
    }

    private static async Task<int> RunAsync(Contracts.ImageRequested request, bool json, CancellationToken cancellationToken)
    {
        await using var swath = await SwathProcess.StartOrJoinAsync(new SwathProcessOptions(), cancellationToken);
        var before = await swath.Jobs.FindAsync(request.JobId, cancellationToken);
        var accepted = await swath.SubmitAsync(request, cancellationToken);
        return await FollowedJob.ToEndAsync(swath, accepted.JobId, json, cancellationToken, endedAfter: accepted.BeginsAgain ? before?.FinishedAt : null);
    }
}
