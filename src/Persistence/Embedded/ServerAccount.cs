using System.ComponentModel;
using System.Diagnostics;

namespace Swath.Persistence.Embedded;

/// <summary>
/// The operating system's user that the server runs as. PostgreSQL refuses to run as root, so for root it is
/// <c>postgres</c> when that user exists, else <c>nobody</c>; for everyone else it is the caller.
/// </summary>
/// <param name="Name">The user's name; null means the caller, without any change of user.</param>
internal sealed record ServerAccount(string? Name)
{
    public static readonly ServerAccount Caller = new((string?)null);

    /// <summary>Chooses the user, keeping to the one that owns an existing cluster.</summary>
    public static async Task<ServerAccount> ChooseAsync(string dataFolder, CancellationToken cancellationToken)
    {
        if (OperatingSystem.IsWindows() || !Environment.IsPrivilegedProcess)
            return Caller;
        if (Directory.Exists(dataFolder) && await OwnerAsync(dataFolder, cancellationToken) is { } owner and not "root")
            return new ServerAccount(owner);

        foreach (var name in (string[])["postgres", "nobody"])
        {
            if ((await Caller.RunAsync("id", ["-u", name], cancellationToken)).ExitCode == 0)
                return new ServerAccount(name);
        }

        throw new EmbeddedPostgresException(
            "PostgreSQL does not run as root, and this machine has neither a 'postgres' nor a 'nobody' user. Run Swath as an ordinary user.");
    }

    /// <summary>The owner of a folder, not following links; null when it is no folder.</summary>
    public static async Task<string?> OwnerAsync(string folder, CancellationToken cancellationToken)
    {
        string[] format = OperatingSystem.IsMacOS() ? ["-f", "%HT|%Su"] : ["-c", "%F|%U"];
        var said = await Caller.RunAsync("stat", [.. format, folder], cancellationToken);
        var parts = said.Output.Trim().Split('|');
        return said.ExitCode == 0 && parts is [var type, var owner] && type.Equals("directory", StringComparison.OrdinalIgnoreCase) ? owner : null;
    }

    /// <summary>Gives a file or folder to this user. Does nothing when it is the caller.</summary>
    public async Task GiveAsync(string path, CancellationToken cancellationToken)
    {
        if (Name is null)
            return;
        var said = await Caller.RunAsync("chown", ["-h", Name + ":", path], cancellationToken);
        if (said.ExitCode != 0)
            throw new EmbeddedPostgresException($"'{path}' could not be given to the user {Name}: {said.Output.Trim()}");
    }

    /// <summary>Whether this user can enter and write a folder: a 0700 folder anywhere above it forbids that.</summary>
    public async Task<bool> CanUseAsync(string folder, CancellationToken cancellationToken)
        => (await RunAsync("/bin/sh", ["-c", "test -w \"$1\" && test -x \"$1\"", "sh", folder], cancellationToken)).ExitCode == 0;

    /// <summary>Runs a program as this user, from the root folder, and waits for it. Cancelling kills it.</summary>
    public async Task<CommandResult> RunAsync(string program, IEnumerable<string> arguments, CancellationToken cancellationToken)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            RedirectStandardInput = true,
            // The caller's folder may be closed to the other user, and PostgreSQL's programs insist on knowing theirs.
            WorkingDirectory = "/",
        };
        if (Name is not null)
            start.UserName = Name;
        // PGDATA, PGPORT, PGOPTIONS ... are meant for the user's own clusters; translated messages could not be recognised.
        foreach (var variable in start.Environment.Keys.Where(key => key.StartsWith("PG", StringComparison.Ordinal)).ToList())
            start.Environment.Remove(variable);
        start.Environment["LC_ALL"] = "C";

        using var process = Start(start);
        process.StandardInput.Close();
        try
        {
            var output = process.StandardOutput.ReadToEndAsync(cancellationToken);
            var errors = process.StandardError.ReadToEndAsync(cancellationToken);
            await process.WaitForExitAsync(cancellationToken);
            return new CommandResult(process.ExitCode, await output + await errors);
        }
        catch (OperationCanceledException)
        {
            process.Kill();
            throw;
        }
    }

    private static Process Start(ProcessStartInfo start)
    {
        try
        {
            return Process.Start(start)!;
        }
        catch (Win32Exception failure)
        {
            var user = string.IsNullOrEmpty(start.UserName) ? Environment.UserName : start.UserName;
            throw new EmbeddedPostgresException($"'{start.FileName}' could not be run as the user {user}: {failure.Message}", failure);
        }
    }
}
