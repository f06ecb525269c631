using System.CommandLine;
using Swath.Contracts;
using Swath.Host.Composition;

namespace Swath.Host.Commands;

/// <summary><c>swath cancel | pause | resume JOB</c>: what a person may say to a job that is under way.</summary>
internal static class JobControlCommands
{
    public static Command Cancel()
    {
        var reason = new Option<string?>("--reason") { Description = "Kept with the job." };
        var command = Control("cancel", "Stops a job for good and gives its capacity back.",
            (job, _, parsed) => new CancelJob { JobId = job, Reason = parsed.GetValue(reason) });
        command.Add(reason);
        return command;
    }

    public static Command Pause() =>
        Control("pause", "Stops a queued or running job until it is resumed; finished tiles are kept.", (job, now, _) => new PauseJob { JobId = job, AskedAt = now });

    public static Command Resume() =>
        Control("resume", "Puts a paused job back into the queue.", (job, now, _) => new ResumeJob { JobId = job, AskedAt = now });

    private static Command Control(string verb, string description, Func<Guid, DateTimeOffset, ParseResult, object> message)
    {
        var id = JobArgument.Create();
        var command = new Command(verb, description) { id };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            await using var client = await SwathClient.ConnectToExistingAsync(cancellationToken);
            var job = await JobArgument.FindAsync(client, parsed.GetRequiredValue(id), cancellationToken);
            if (job.IsFinal)
                throw new UsageException($"Job {job.JobId} is {job.State} already.");
            var now = await client.Jobs.NowAsync(cancellationToken);
            await client.TellAsync(message(job.JobId, now, parsed), job.JobId, cancellationToken);
            return ExitCodes.Done;
        });
        return command;
    }
}
