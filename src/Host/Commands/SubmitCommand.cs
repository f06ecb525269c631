using System.CommandLine;
using Swath.Host.Composition;

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
            await using var client = await SwathClient.ConnectAsync(cancellationToken);
            await client.SubmitAsync(request, cancellationToken);
            Console.WriteLine(request.JobId);
            if (!await client.IsSwathRunningAsync(cancellationToken))
                await Console.Error.WriteLineAsync("Stored. No Swath runs on this database now: start one with 'swath up'.");
            return ExitCodes.Done;
        });
        return command;
    }
}
