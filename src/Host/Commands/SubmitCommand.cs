using System.CommandLine;
using Swath.Host.Composition;
using Swath.Host.Output;

namespace Swath.Host.Commands;

/// <summary><c>swath submit</c>: hands a request to the Swath that runs on this database, or to the next one that starts.</summary>
internal static class SubmitCommand
{
    public static Command Create()
    {
        var options = new RequestOptions();
        var command = new Command("submit", "Submits one image and returns its job id at once.");
        options.AddTo(command);
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var request = options.Read(parsed);
            await using var client = await SwathClient.ConnectAsync(SwathPaths.Current(), cancellationToken);
            var job = (await client.SubmitAsync(request, cancellationToken)).JobId;
            Terminal.WriteLine($"{job}");
            if (await client.IsSwathRunningAsync(cancellationToken))
                return ExitCodes.Done;
            Terminal.WriteError($"The job is stored, but no process runs Swath on this database, so it waits: the next 'swath up' takes it, or 'swath watch {job}' runs it here.");
            return ExitCodes.JobFailed;
        });
        return command;
    }
}
