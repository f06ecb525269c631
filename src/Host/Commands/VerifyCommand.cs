using System.CommandLine;
using Swath.Host.Composition;
using Swath.Host.Output;

namespace Swath.Host.Commands;

/// <summary><c>swath verify</c>: proves that no event is missing, and that the tables say what the events do.</summary>
internal static class VerifyCommand
{
    public static Command Create()
    {
        var command = new Command("verify", "Proves that no event is missing, and that the jobs, regions and reservations are what the events say; exit code 1 when they are not.");
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
            Terminal.WriteLine($"{difference.JobId}  {difference.Column}: the events say {difference.Expected ?? "null"}, there is {difference.Actual ?? "null"}");
        Terminal.WriteLine(outcome.Agrees
            ? $"Verified: of {outcome.Streams} job(s) no event is missing, and the rows, regions and reservations are what the events say."
            : $"{outcome.Differences.Count} difference(s) in {outcome.Streams} job(s). 'swath replay' rebuilds the rows from the events.");
        return outcome.Agrees ? ExitCodes.Done : ExitCodes.JobFailed;
    }
}
