using System.CommandLine;
using Microsoft.Extensions.Options;
using Swath.Configuration;
using Swath.Host.Composition;
using Swath.Host.Output;
using Swath.Persistence.Archive;

namespace Swath.Host.Commands;

/// <summary><c>swath archive</c> and <c>swath archive import</c>: moves jobs that are over to files, and brings them back.</summary>
internal static class ArchiveCommand
{
    public static Command Create()
    {
        var age = new Option<string?>("--older-than") { Description = "Move jobs that ended so long ago: 30d, 12h, 90m." };
        var folder = new Option<string?>("--to") { Description = "The folder of the files; ARCHIVE_FOLDER, or 'archive' in Swath's own folder, when not given." };
        var command = new Command("archive", "Moves jobs that ended long ago out of the database, into JSON lines. 'swath verify FILE' proves a file, 'swath archive import FILE' brings its jobs back.") { age, folder };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var olderThan = Age.Parse("--older-than", parsed.GetValue(age) ?? throw new UsageException("Say which jobs: --older-than 30d moves what ended 30 days ago or earlier."));
            await using var client = await SwathClient.ConnectToExistingAsync(cancellationToken);
            var outcome = await client.Archiver.RunAsync(
                olderThan, Path.GetFullPath(parsed.GetValue(folder) ?? FolderOfSettings()), SwathClient.Caller,
                progress: new Lines(), cancellationToken: cancellationToken);
            if (outcome is null)
                throw new UsageException("Another process archives on this database: wait until it is done.");
            Terminal.WriteLine(outcome.Jobs == 0 ? "No job ended that long ago." : $"Archived {outcome.Jobs} job(s) in {outcome.Files} file(s).");
            return cancellationToken.IsCancellationRequested ? ExitCodes.Interrupted : ExitCodes.Done;
        });
        command.Add(Import());
        return command;
    }

    private static string FolderOfSettings()
    {
        using var services = new ServiceCollection().AddLogging().AddSingleton(SwathSettings.Load()).AddSwathOptions<ArchiveOptions>().BuildServiceProvider();
        return services.GetRequiredService<IOptions<ArchiveOptions>>().Value.Folder ?? SwathPaths.Current().Archive;
    }

    private static Command Import()
    {
        var files = new Argument<string[]>("FILE") { Description = "Files of an archive.", Arity = ArgumentArity.OneOrMore };
        var command = new Command("import", "Brings the jobs of a file back, all or none; refused when one of them is in the database or was erased.") { files };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            await using var client = await SwathClient.ConnectToExistingAsync(cancellationToken);
            foreach (var file in ArchiveFiles.Of(parsed.GetRequiredValue(files)))
                Terminal.WriteLine($"{file}: imported {await client.Import.RunAsync(file, SwathClient.Caller, cancellationToken)} job(s).");
            return ExitCodes.Done;
        });
        return command;
    }

    /// <summary>Says each file as soon as it is done.</summary>
    private sealed class Lines : IProgress<string>
    {
        public void Report(string value) => Terminal.WriteLine(value);
    }
}
