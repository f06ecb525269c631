using System.CommandLine;
using Swath.Host.Composition;

namespace Swath.Host.Commands;

/// <summary><c>swath up</c>: all roles in this process, until it is stopped.</summary>
internal static class UpCommand
{
    public static Command Create()
    {
        var url = new Option<string>("--url") { Description = "The address that the REST API listens at.", DefaultValueFactory = _ => "http://127.0.0.1:5080" };
        var command = new Command("up", "Runs Swath (REST API, scheduler and worker, with its private database) until it is stopped.") { url };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            await using var swath = await SwathProcess.StartAsync(new SwathProcessOptions { ApiUrl = parsed.GetRequiredValue(url), ConsoleLog = true }, cancellationToken);
            Console.WriteLine($"Swath is up. REST API: {swath.ApiUrl}/v1/jobs");
            Console.WriteLine($"Database:          psql \"{swath.PsqlArguments}\"");
            Console.WriteLine("Submit:            swath submit IMAGE --endpoint URL -o OUT.geojson");
            Console.WriteLine("Stop:              Ctrl+C (running regions give back their work; it resumes at the next start)");
            await swath.WaitForShutdownAsync(cancellationToken);
            return ExitCodes.Done;
        });
        return command;
    }
}
