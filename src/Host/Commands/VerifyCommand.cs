using System.CommandLine;
using Swath.Host.Composition;
using Swath.Host.Output;

namespace Swath.Host.Commands;

/// <summary><c>swath verify</c>: proves that the rows of jobs are what their events fold to.</summary>
internal static class VerifyCommand
{
    public static Command Create()
    {
        var command = new Command("verify", "Compares every row of jobs with the fold of its events; exit code 1 when they differ.");
        command.SetAction(async (_, cancellationToken) =>
        {
            await using var client = await SwathClient.ConnectToExistingAsync(cancellationToken);
            return await RunAsync(client, cancellationToken);
        });
        return command;
    }

    /// <summary>Compares, and prints a line for every difference.</summary>
    public static async Task<int> RunAsync(SwathClient client, CancellationToken cancellationToken)
    {
        var outcome = await client.VerifyAsync(cancellationToken);
        foreach (var difference in outcome.Differences)
            Terminal.WriteLine($"{difference.JobId}  {difference.Column}: the events say {difference.Expected ?? "null"}, the row says {difference.Actual ?? "null"}");
        Terminal.WriteLine(outcome.Agrees
            ? $"Verified: the rows of {outcome.Streams} job(s) are what their events fold to."
            : $"{outcome.Differences.Count} difference(s) in {outcome.Streams} job(s). 'swath replay' rebuilds the rows from the events.");
        return outcome.Agrees ? ExitCodes.Done : ExitCodes.JobFailed;
    }
}
