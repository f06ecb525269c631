using System.CommandLine;

namespace Swath.Host.Commands;

/// <summary>The command line: one verb, one file.</summary>
internal static class SwathCommandLine
{
    // After Ctrl+C or SIGTERM a worker drains and the database is stopped in order; what takes longer than this is killed.
    private static readonly TimeSpan LongestEnd = TimeSpan.FromMinutes(2);

    /// <summary>Parses and runs; errors that the caller can mend are one sentence on standard error.</summary>
    public static async Task<int> RunAsync(string[] args)
    {
        var parsed = Root().Parse(args);
        if (parsed.Errors.Count > 0)
        {
            foreach (var error in parsed.Errors)
                await Console.Error.WriteLineAsync(error.Message);
            var verb = parsed.CommandResult.Command is RootCommand ? "" : $"{parsed.CommandResult.Command.Name} ";
            await Console.Error.WriteLineAsync($"See: swath {verb}--help");
            return ExitCodes.Usage;
        }

        try
        {
            return await parsed.InvokeAsync(new InvocationConfiguration { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = LongestEnd });
        }
        catch (UsageException mistake)
        {
            await Console.Error.WriteLineAsync(mistake.Message);
            return ExitCodes.Usage;
        }
        catch (OperationCanceledException)
        {
            return 130;
        }
    }

    internal static RootCommand Root() => new("Runs overhead images through machine-learning model endpoints and writes what the models see as GeoJSON.")
    {
        DemoCommand.Create(),
        RunCommand.Create(),
        UpCommand.Create(),
        SubmitCommand.Create(),
        JobsCommand.Create(),
        JobCommand.Create(),
        ExplainCommand.Create(),
        JobControlCommands.Cancel(),
        JobControlCommands.Pause(),
        JobControlCommands.Resume(),
        RetryCommand.Create(),
        ReplayCommand.Create(),
        VerifyCommand.Create(),
        FaultsCommand.Create(),
        HealthCommand.Create(),
        MigrateCommand.Create(),
        ServeModelCommand.Create(),
    };
}
