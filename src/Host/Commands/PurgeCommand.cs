using System.CommandLine;
using Swath.Contracts;
using Swath.Host.Composition;
using Swath.Host.Output;
using Swath.Scheduler.Jobs;

namespace Swath.Host.Commands;

/// <summary><c>swath purge JOB | --tenant T --reason TEXT</c>: erases jobs for good.</summary>
internal static class PurgeCommand
{
    // A job that was cancelled is over, and its capacity given back, within seconds.
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    public static Command Create()
    {
        var id = new Argument<string?>("JOB") { Description = "The job's id, or as many of its first digits as make it unique.", Arity = ArgumentArity.ZeroOrOne };
        var tenant = new Option<string?>("--tenant") { Description = "All jobs of this tenant, its tier and its limits." };
        var reason = new Option<string>("--reason") { Description = "Why; kept for good, with who erased how many and when. Not the place for a name.", Required = true };
        var cancel = new Option<bool>("--cancel") { Description = "Cancel what is not over first; without it nothing is erased while a job is under way." };
        var command = new Command("purge", "Erases jobs that are over, for good: every row that tells of them. Files of results and of the archive stay.") { id, tenant, reason, cancel };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var (job, of) = (parsed.GetValue(id), parsed.GetValue(tenant));
            if ((job is null) == (of is null))
                throw new UsageException("Say what to erase: a JOB, or --tenant.");
            if (string.IsNullOrWhiteSpace(parsed.GetRequiredValue(reason)))
                throw new UsageException("--reason must say why.");
            await using var client = await SwathClient.ConnectToExistingAsync(cancellationToken);
            var (over, underWay) = await FindAsync(client, job, of, cancellationToken);
            if (underWay.Count > 0)
            {
                if (!parsed.GetValue(cancel))
                    throw new UsageException($"{underWay.Count} job(s) are not over, such as {underWay[0]}: nothing was erased. Wait for them, or cancel them with --cancel.");
                await CancelAsync(underWay, cancellationToken);
            }

            IReadOnlyList<Guid> all = [.. over, .. underWay];
            var left = all.Count - await client.Erasure.RunAsync(all, SwathClient.Caller, parsed.GetRequiredValue(reason), cancellationToken);
            if (left == 0 && of is not null)
                await client.Erasure.ForgetTenantAsync(of, cancellationToken);
            Terminal.WriteLine($"Erased {all.Count - left} job(s).{(await client.Departed.AnyArchivedAsync(cancellationToken) ? " Files of the archive were not touched." : "")}");
            if (left > 0)
                Terminal.WriteError($"{left} job(s) still hold capacity or went on meanwhile: run the command again in a minute.");
            return left == 0 ? ExitCodes.Done : ExitCodes.JobFailed;
        });
        return command;
    }

    private static async Task<(IReadOnlyList<Guid> Over, IReadOnlyList<Guid> UnderWay)> FindAsync(
        SwathClient client, string? job, string? tenant, CancellationToken cancellationToken)
    {
        if (job is not null)
        {
            var row = await JobArgument.FindAsync(client, job, cancellationToken);
            return row.IsFinal ? ([row.JobId], []) : ([], [row.JobId]);
        }

        var (over, underWay, waiting) = await client.Erasure.OfTenantAsync(tenant!, cancellationToken);
        return waiting == 0
            ? (over, underWay)
            : throw new UsageException($"{waiting} request(s) of '{tenant}' were accepted and are not under way yet: nothing was erased. 'swath up' takes them.");
    }

    private static async Task CancelAsync(IReadOnlyList<Guid> jobs, CancellationToken cancellationToken)
    {
        await using var swath = await SwathProcess.StartOrJoinAsync(new SwathProcessOptions { OnExistingDatabase = true }, cancellationToken);
        foreach (var job in jobs)
            await swath.Client.TellAsync(new CancelJob { JobId = job, Reason = "To be erased." }, job, cancellationToken);
        var until = swath.Clock.GetUtcNow() + Patience;
        foreach (var job in jobs)
        {
            while (await swath.Jobs.StateOfAsync(job, cancellationToken) is { } state && !JobStatus.IsFinal(state))
            {
                if (swath.Clock.GetUtcNow() > until)
                    throw new UsageException($"Job {job} is {state} still: nothing was erased. 'swath explain {job}' says why.");
                await Task.Delay(TimeSpan.FromMilliseconds(200), swath.Clock, cancellationToken);
            }
        }

        // What the cancelled jobs hold is given back by a command that is on its way.
        while (swath.Clock.GetUtcNow() < until && await swath.Client.HoldCapacityAsync(jobs, cancellationToken))
            await Task.Delay(TimeSpan.FromMilliseconds(200), swath.Clock, cancellationToken);
    }
}
