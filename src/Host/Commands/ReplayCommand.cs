using System.CommandLine;
using Swath.Host.Composition;
using Swath.Host.Output;

namespace Swath.Host.Commands;

/// <summary><c>swath replay</c>: rebuilds the state of every job from its events.</summary>
internal static class ReplayCommand
{
    public static Command Create()
    {
        var command = new Command("replay", "Rebuilds every row of jobs from job_events.");
        command.SetAction(async (_, cancellationToken) =>
        {
            await using var client = await SwathClient.ConnectToExistingAsync(cancellationToken);
            var rows = await client.ReplayAsync(null, cancellationToken);
            Terminal.WriteLine($"Rebuilt {rows} job(s) from their events.");
            return ExitCodes.Done;
        });
        return command;
    }
}
