using System.CommandLine;
using Swath.Host.Composition;
using Swath.Host.Output;

namespace Swath.Host.Commands;

/// <summary><c>swath jobs</c>: the newest jobs.</summary>
internal static class JobsCommand
{
    public static Command Create()
    {
        var state = new Option<string?>("--state") { Description = "Only jobs in this state (Queued, Running, ...)." };
        var tenant = new Option<string?>("--tenant") { Description = "Only jobs of this tenant." };
        var limit = new Option<int>("--limit") { Description = "At most so many.", DefaultValueFactory = _ => 50 };
        var json = new Option<bool>("--json") { Description = "One JSON array instead of a table." };
        var command = new Command("jobs", "Lists jobs, newest first.") { state, tenant, limit, json };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            await using var client = await SwathClient.ConnectAsync(cancellationToken);
            var jobs = await client.Jobs.ListAsync(parsed.GetValue(state), parsed.GetValue(tenant), parsed.GetValue(limit), cancellationToken);
            if (parsed.GetValue(json))
                JsonOutput.Write(jobs);
            else
                JobTable.Print(jobs);
            return ExitCodes.Done;
        });
        return command;
    }
}
