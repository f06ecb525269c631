using System.CommandLine;
using Swath.Host.Composition;
using Swath.Host.Output;

namespace Swath.Host.Commands;

/// <summary><c>swath run IMAGE --endpoint URL -o OUT</c>: one image, from request to result, in this process.</summary>
internal static class RunCommand
{
    public static Command Create()
    {
        var options = new RequestOptions();
        var command = new Command("run", "Runs one image through an endpoint and waits for the result.");
        options.AddTo(command);
        command.SetAction((parsed, cancellationToken) => RunAsync(options.Read(parsed), cancellationToken));
        return command;
    }

    private static async Task<int> RunAsync(Contracts.ImageRequested request, CancellationToken cancellationToken)
    {
        await using var swath = await SwathProcess.StartOrJoinAsync(new SwathProcessOptions(), cancellationToken);
        await swath.SubmitAsync(request, cancellationToken);
        var job = await JobProgress.FollowAsync(swath, request.JobId, cancellationToken);
        JobReport.Print(job, await swath.Client.HistoryAsync(request.JobId, cancellationToken));
        return JobReport.ExitCode(job);
    }
}
