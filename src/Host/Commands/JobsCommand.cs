using System.CommandLine;
using Swath.Host.Composition;
using Swath.Host.Output;
using Swath.Persistence.ReadSide;
using Swath.Scheduler.Jobs;

namespace Swath.Host.Commands;

/// <summary><c>swath jobs</c>: the newest jobs.</summary>
internal static class JobsCommand
{
    public static Command Create()
    {
        var state = new Option<string?>("--state") { Description = "Only jobs in this state (Queued, Running, ...)." };
        state.Validators.Add(given =>
        {
            if (given.GetValueOrDefault<string?>() is { } name && StateNamed(name) is null)
                given.AddError($"--state must be one of {string.Join(", ", JobStatus.All)}; it is '{name}'.");
        });
        var tenant = new Option<string?>("--tenant") { Description = "Only jobs of this tenant." };
        var limit = new Option<int>("--limit") { Description = "At most so many.", DefaultValueFactory = _ => 50 };
        limit.Validators.Add(given => { if (given.GetValueOrDefault<int>() < 1) given.AddError("--limit must be 1 or more."); });
        var json = new Option<bool>("--json") { Description = "One JSON array instead of a table." };
        var command = new Command("jobs", "Lists jobs, newest first.") { state, tenant, limit, json };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            await PrintAsync(parsed.GetValue(state) is { } name ? StateNamed(name) : null, parsed.GetValue(tenant), parsed.GetValue(limit), parsed.GetValue(json), cancellationToken);
            return ExitCodes.Done;
        });
        return command;
    }

    private static string? StateNamed(string name) => JobStatus.All.FirstOrDefault(state => state.Equals(name, StringComparison.OrdinalIgnoreCase));

    private static async Task PrintAsync(string? state, string? tenant, int limit, bool json, CancellationToken cancellationToken)
    {
        try
        {
            await using var client = await SwathClient.ConnectToExistingAsync(cancellationToken);
            var jobs = await client.Jobs.ListAsync(state, tenant, limit, cancellationToken);
            if (json)
                JsonOutput.Write(jobs);
            else
                JobTable.Print(jobs, await client.Jobs.ShortIdsAsync([.. jobs.Select(job => job.JobId)], cancellationToken), TimeProvider.System.GetUtcNow());
        }
        catch (NoDatabaseException none)
        {
            // Where nothing was ever submitted the list is empty, which is an answer.
            if (json)
                JsonOutput.Write(Array.Empty<JobRow>());
            Terminal.WriteError(none.Message);
        }
    }
}
