using System.CommandLine;
using Swath.Host.Output;

namespace Swath.Host.Commands;

/// <summary><c>swath health</c>: asks a running process whether it can work. For container platforms, whose images have no curl.</summary>
internal static class HealthCommand
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    public static Command Create()
    {
        var url = new Option<string>("--url") { Description = "Where the process listens: its --url.", DefaultValueFactory = _ => UpCommand.DefaultUrl };
        var command = new Command("health", "Asks a running 'swath up' whether its database and its broker answer; exit code 1 when not.") { url };
        command.SetAction((parsed, cancellationToken) => RunAsync(parsed.GetRequiredValue(url), cancellationToken));
        return command;
    }

    private static async Task<int> RunAsync(string url, CancellationToken cancellationToken)
    {
        if (!Uri.TryCreate(url.TrimEnd('/') + "/health", UriKind.Absolute, out var address))
            throw new UsageException($"'{url}' is no address: give one such as {UpCommand.DefaultUrl} with --url.");
        using var client = new HttpClient { Timeout = Patience };
        try
        {
            using var answer = await client.GetAsync(address, cancellationToken);
            Terminal.WriteLine(await answer.Content.ReadAsStringAsync(cancellationToken));
            return answer.IsSuccessStatusCode ? ExitCodes.Done : ExitCodes.JobFailed;
        }
        catch (Exception silent) when (silent is HttpRequestException or TaskCanceledException && !cancellationToken.IsCancellationRequested)
        {
            Terminal.WriteError($"Nothing healthy answers at {address}: {silent.Message}");
            return ExitCodes.JobFailed;
        }
    }
}
