using System.CommandLine;
using Swath.Host.Composition;
using Swath.Host.Output;
using Swath.Persistence.Archive;
using Swath.Persistence.EventSourcing;
using Swath.Scheduler.Jobs;

namespace Swath.Host.Commands;

/// <summary><c>swath verify</c>: proves that no event is missing, and that the tables say what the events do.</summary>
internal static class VerifyCommand
{
    public static Command Create()
    {
        var files = new Argument<string[]>("ARCHIVE") { Description = "Files of an archive, or their folder, to prove instead of the database.", Arity = ArgumentArity.ZeroOrMore };
        var command = new Command("verify", "Proves that no event is missing, and that jobs, regions, reservations, queue, ledger and waiting messages are what the events say; exit code 1 when they are not.") { files };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            if (parsed.GetValue(files) is { Length: > 0 } paths)
                return await VerifyFilesAsync(ArchiveFiles.Of(paths), cancellationToken);
            await using var client = await SwathClient.ConnectToExistingAsync(cancellationToken);
            return await RunAsync(client, cancellationToken);
        });
        return command;
    }

    private static async Task<int> VerifyFilesAsync(IReadOnlyList<string> files, CancellationToken cancellationToken)
    {
        await using var services = new ServiceCollection().AddEventStream<ImageJob>(ImageJobStream.Configure).BuildServiceProvider();
        var check = new ArchiveCheck(services.GetRequiredService<StreamModel>());
        var damaged = false;
        foreach (var file in files)
        {
            try
            {
                Terminal.WriteLine($"{file}: whole and unchanged, {await check.RunAsync(file, cancellationToken)} job(s).");
            }
            catch (ArchiveException damage)
            {
                damaged = true;
                Terminal.WriteLine($"{file}: {damage.Message}");
            }
        }

        return damaged ? ExitCodes.JobFailed : ExitCodes.Done;
    }

    /// <summary>Compares, and prints a line for every difference.</summary>
    public static async Task<int> RunAsync(SwathClient client, CancellationToken cancellationToken)
    {
        var outcome = await client.VerifyAsync(cancellationToken);
        foreach (var difference in outcome.Differences)
            Terminal.WriteLine($"{difference.JobId?.ToString() ?? "all jobs"}  {difference.Column}: the events say {difference.Expected ?? "null"}, there is {difference.Actual ?? "null"}");
        if (outcome.Left > 0)
            Terminal.WriteLine($"{outcome.Left} job(s) have events of a newer release and were left out: run its 'swath verify'.");
        Terminal.WriteLine(outcome.Agrees
            ? $"Verified: of {outcome.Streams} job(s) no event is missing, and the rows, regions, reservations, the queue, the ledger and the messages that wait are what the events say."
            : $"{outcome.Differences.Count} difference(s) in {outcome.Streams} job(s). 'swath replay' rebuilds the rows from the events.");
        return outcome.Agrees ? ExitCodes.Done : ExitCodes.JobFailed;
    }
}
