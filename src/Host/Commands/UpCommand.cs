using System.CommandLine;
using Swath.Contracts;
using Swath.Host.Composition;
using Swath.Host.Composition.Transports;
using Swath.Host.Output;

namespace Swath.Host.Commands;

/// <summary><c>swath up</c>: all roles in this process, or some of them, until it is stopped.</summary>
internal static class UpCommand
{
    public const string DefaultUrl = "http://127.0.0.1:5080";

    public static Command Create()
    {
        var roles = new Option<string>("--roles")
        {
            Description = "What this process does: intake, scheduler, worker, separated by commas. Not all of them needs a broker (SWATH_TRANSPORT).",
            DefaultValueFactory = _ => RoleList.Format(Roles.All),
        };
        var url = new Option<string?>("--url") { Description = $"Where the REST API and /health listen; {DefaultUrl} when not given. Without the intake role: /health only, and only when given." };
        var command = new Command("up", "Runs Swath, or some of its roles, until it is stopped.") { roles, url };
        command.SetAction((parsed, cancellationToken) => RunAsync(RoleList.Parse(parsed.GetRequiredValue(roles)), parsed.GetValue(url), cancellationToken));
        return command;
    }

    private static async Task<int> RunAsync(Roles roles, string? url, CancellationToken cancellationToken)
    {
        if (url is not null)
            ListeningAddress.Check(url);
        var options = new SwathProcessOptions
        {
            Transport = TransportChoice.Current(),
            Roles = roles,
            ApiUrl = url ?? (roles.HasFlag(Roles.Intake) ? DefaultUrl : null),
            ConsoleLog = true,
        };
        await using var swath = await SwathProcess.StartAsync(options, cancellationToken);
        Terminal.WriteLine(roles == Roles.All ? "Swath is up." : $"Swath is up with {RoleList.Format(roles)}, over {options.Transport.Name}.");
        if (roles.HasFlag(Roles.Intake))
            Terminal.WriteLine($"REST API:          {swath.ApiUrl}/v1/jobs");
        if (swath.ApiUrl is not null)
            Terminal.WriteLine($"Health:            {swath.ApiUrl}/health");
        Terminal.WriteLine($"Database:          psql \"{swath.PsqlArguments}\"");
        if (swath.Permitted is { } permitted)
            ShowAccess(permitted, options.Paths.Data);
        if (roles.HasFlag(Roles.Intake))
            Terminal.WriteLine("Submit:            swath submit IMAGE --endpoint URL -o OUT.geojson");
        Terminal.WriteLine("Stop:              Ctrl+C (running regions give back their work; it resumes at the next start, or elsewhere)");
        await swath.WaitForShutdownAsync(cancellationToken);

        // A supervisor starts again what did not end because it was asked to.
        return swath.WasDisplaced ? ExitCodes.JobFailed : ExitCodes.Done;
    }

    // What a request over the API or a broker may do, and how it may do more: nobody should have to find out by being refused.
    private static void ShowAccess(Grants permitted, string dataFolder)
    {
        if (permitted.ImageRoots.Contains(dataFolder) || permitted.OutputRoots.Contains(dataFolder))
            Directory.CreateDirectory(dataFolder);
        Terminal.WriteLine($"Images from:       {List(permitted.ImageRoots)} (IMAGE_ROOTS)");
        Terminal.WriteLine($"Results to:        {List(permitted.OutputRoots)} (OUTPUT_ROOTS)");
        Terminal.WriteLine($"HTTP models:       {List(permitted.EndpointHosts)} (ENDPOINT_HOSTS); the command line may name any file and model");
    }

    private static string List(IReadOnlyList<string> names) => names.Count == 0 ? "none" : string.Join(", ", names);
}
