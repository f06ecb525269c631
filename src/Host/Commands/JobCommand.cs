using System.CommandLine;
using Swath.Host.Composition;
using Swath.Host.Output;

namespace Swath.Host.Commands;

/// <summary><c>swath job ID</c>: one job with its event history.</summary>
internal static class JobCommand
{
    public static Command Create()
    {
        var id = JobArgument.Create();
        var json = new Option<bool>("--json") { Description = "One JSON object instead of text." };
        var command = new Command("job", "Shows one job: state, progress, and every event of its history.") { id, json };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            await using var client = await SwathClient.ConnectToExistingAsync(cancellationToken);
            var job = await JobArgument.FindAsync(client, parsed.GetRequiredValue(id), cancellationToken);
            var history = await client.HistoryAsync(job.JobId, cancellationToken);
            if (parsed.GetValue(json))
            {
                JsonOutput.Write(job, history);
            }
            else
            {
                JobReport.Print(job, history);
                HistoryTable.Print(history);
            }

            return ExitCodes.Done;
        });
        return command;
    }
}
