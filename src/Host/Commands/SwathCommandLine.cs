using System.CommandLine;
using Swath.Host.Output;
using Swath.Persistence.Archive;
using Swath.Persistence.EventSourcing;
using Swath.Persistence.Outages;

namespace Swath.Host.Commands;

/// <summary>The command line: one verb, one file.</summary>
internal static class SwathCommandLine
{
    /// <summary>Parses and runs; errors that the caller can mend are one sentence on standard error.</summary>
    public static async Task<int> RunAsync(string[] args)
    {
        var parsed = Root().Parse(args);
        if (parsed.Errors.Count > 0)
        {
            foreach (var error in parsed.Errors)
                Terminal.WriteError(error.Message);
            var verb = parsed.CommandResult.Command is RootCommand ? "" : $"{parsed.CommandResult.Command.Name} ";
            Terminal.WriteError($"See: swath {verb}--help");
            return ExitCodes.Usage;
        }

        using var interruption = new Interruption();
        try
        {
            // Its own handler of signals would keep the thread that a second one comes on. What takes too long to end is ended by LongestEnd.
            var invocation = new InvocationConfiguration { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null };
            return await parsed.InvokeAsync(invocation, interruption.Token);
        }
        catch (UsageException mistake)
        {
            Terminal.WriteError(mistake.Message);
            return ExitCodes.Usage;
        }
        catch (Exception refused) when (refused is EventStoreException or ArchiveException)
        {
            Terminal.WriteError(refused.Message);
            return ExitCodes.Usage;
        }
        catch (OperationCanceledException)
        {
            return ExitCodes.Interrupted;
        }
        catch (Exception away) when (DatabaseAway.IsCauseOf(away))
        {
            Terminal.WriteError($"The database does not answer: {away.Message.ReplaceLineEndings(" ")} Run the command again when it is back; jobs that were accepted wait for it too.");
            return ExitCodes.Usage;
        }
        catch (Exception failure) when (MachineFailure.Sentence(failure) is { } sentence)
        {
            Terminal.WriteError(sentence);
            return ExitCodes.Usage;
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
        WatchCommand.Create(),
        ExplainCommand.Create(),
        JobControlCommands.Cancel(),
        JobControlCommands.Pause(),
        JobControlCommands.Resume(),
        RetryCommand.Create(),
        ReplayCommand.Create(),
        VerifyCommand.Create(),
        ArchiveCommand.Create(),
        PurgeCommand.Create(),
        FaultsCommand.Create(),
        HealthCommand.Create(),
        MigrateCommand.Create(),
        ServeModelCommand.Create(),
    };
}
