using System.CommandLine;
using Swath.Host.Composition;
using Swath.Host.Output;

namespace Swath.Host.Commands;

/// <summary><c>swath explain JOB</c>: why a job is where it is, and what would move it on.</summary>
internal static class ExplainCommand
{
    public static Command Create()
    {
        var id = JobArgument.Create();
        var json = new Option<bool>("--json") { Description = "One JSON object instead of text." };
        var command = new Command("explain", "Says why a job waits, its place in the queue, and what would unblock it.") { id, json };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            await using var client = await SwathClient.ConnectToExistingAsync(cancellationToken);
            var job = await JobArgument.FindAsync(client, parsed.GetRequiredValue(id), cancellationToken);
            var explanation = (await client.ExplainAsync(job.JobId, cancellationToken))!;
            if (parsed.GetValue(json))
            {
                JsonOutput.Write(explanation);
                return ExitCodes.Done;
            }

            Terminal.WriteLine($"{job.JobId}  {job.Name}: {explanation.State}{(explanation.Reason is { } reason ? $", {reason}" : "")}");
            Terminal.WriteLine($"  {explanation.Detail}");
            if (explanation.Position is { } position)
                Terminal.WriteLine($"  place {position} of {explanation.Waiting} in the queue of its endpoint, effective priority {explanation.EffectivePriority:0.#}");
            foreach (var way in explanation.Unblocks)
                Terminal.WriteLine($"  goes on when: {way}");
            return ExitCodes.Done;
        });
        return command;
    }
}
