using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Logging;

namespace Swath.Persistence.Embedded;

/// <summary>
/// Where a cluster lives: <c>data/</c>, the locks and the log below <paramref name="Root"/>, which also holds the socket unless its path
/// would be too long. Both folders are closed to every other user (0700): that, and nothing else, guards the socket, which trusts who reaches it.
/// </summary>
/// <param name="Root">Absolute path of the cluster's folder.</param>
/// <param name="SocketFolder">Absolute path of the folder with the socket.</param>
/// <param name="Account">The user that owns both and runs the server.</param>
/// <param name="Notice">Says where the cluster lives when that is not where it was wanted, and why; null otherwise.</param>
internal sealed record ClusterFolder(string Root, string SocketFolder, ServerAccount Account, string? Notice)
{
    /// <summary>Names the socket's file; nothing listens on a TCP port.</summary>
    public const int Port = 5432;

    public const string UsersLockName = "users.lock";

    // sockaddr_un.sun_path holds 108 bytes on Linux and 104 on macOS, the closing zero included (unix(7), unix(4)).
    private const int LongestSocketPath = 103;

    private const UnixFileMode OpenToEnter =
        UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute | UnixFileMode.GroupRead | UnixFileMode.GroupExecute | UnixFileMode.OtherRead | UnixFileMode.OtherExecute;

    public string Data => Path.Combine(Root, "data");

    /// <summary>initdb works here, so that <see cref="Data"/> is complete as soon as it exists.</summary>
    public string UnfinishedData => Path.Combine(Root, "data.new");

    public string Log => Path.Combine(Root, "server.log");

    public string Settings => Path.Combine(Data, "swath.conf");

    /// <summary>Held alone while a process starts or stops the server.</summary>
    public string TurnLock => Path.Combine(Root, "turn.lock");

    /// <summary>Held together by every process that uses the server.</summary>
    public string UsersLock => Path.Combine(Root, UsersLockName);

    /// <summary>Whether a cluster was made in the wanted folder, or in the one that it was moved to. Makes nothing.</summary>
    public static bool HasCluster(string wanted)
    {
        wanted = Path.GetFullPath(wanted);
        return ((string[])[wanted, OwnElsewhere(wanted), GivenElsewhere(wanted)]).Any(root => Directory.Exists(Path.Combine(root, "data")));
    }

    /// <summary>Makes the folders, or finds better ones when the wanted one can't be used by the server's user.</summary>
    public static async Task<ClusterFolder> PrepareAsync(string wanted, ILogger logger, CancellationToken cancellationToken)
    {
        wanted = Path.GetFullPath(wanted);
        var root = wanted;
        string? notice = null;
        var account = await ServerAccount.ChooseAsync(Path.Combine(root, "data"), cancellationToken);
        await RefuseForeignAsync(root, account, cancellationToken);
        Directory.CreateDirectory(root);
        var reason = HasShellCharacters(root) ? "its name has characters that pg_ctl can't quote" : null;
        if (reason is null)
        {
            await account.GiveAsync(root, cancellationToken);
            Close(root);
            if (!await account.CanUseAsync(root, cancellationToken))
                reason = $"the user {account.Name ?? Environment.UserName} can't reach it";
        }

        if (reason is not null)
        {
            root = await ElsewhereAsync(wanted, account, cancellationToken);
            notice = $"The database can't live in '{wanted}': {reason}. It lives in '{root}'.";
            logger.LogWarning("{Notice}", notice);
        }

        var sockets = root;
        if (Encoding.UTF8.GetByteCount(Path.Combine(root, $".s.PGSQL.{Port}")) > LongestSocketPath)
        {
            sockets = $"/tmp/swath-{KeyOf(wanted)}";
            logger.LogInformation("The path of {Folder} is too long for a unix socket; the socket is in {Sockets}", root, sockets);
            await EnsureOwnAsync(sockets, account, cancellationToken);
        }

        return new ClusterFolder(root, sockets, account, notice);
    }

    // The folder is closed to others and given away below: never do that to a folder that was meant for something else.
    private static async Task RefuseForeignAsync(string root, ServerAccount account, CancellationToken cancellationToken)
    {
        if (!Directory.Exists(root))
            return;
        var owner = await ServerAccount.OwnerAsync(root, cancellationToken);
        if (account.Name is null && owner != Environment.UserName)
        {
            throw new EmbeddedPostgresException(
                $"The database folder '{root}' belongs to {owner ?? "nobody known"}, not to {Environment.UserName}. Run Swath as the user that made it, or use another folder.");
        }

        if (!File.Exists(Path.Combine(root, "turn.lock")) && Directory.EnumerateFileSystemEntries(root).Any())
            throw new EmbeddedPostgresException($"'{root}' holds other files. Use an empty or new folder for the database.");
    }

    // Root's place survives cleaners of temporary files, and nobody else can have made it before.
    private static async Task<string> ElsewhereAsync(string wanted, ServerAccount account, CancellationToken cancellationToken)
    {
        if (account.Name is null)
        {
            var own = OwnElsewhere(wanted);
            await EnsureOwnAsync(own, account, cancellationToken);
            return own;
        }

        var parent = Directory.CreateDirectory(Path.GetDirectoryName(GivenElsewhere(wanted))!);
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(parent.FullName, OpenToEnter);
        var given = Directory.CreateDirectory(GivenElsewhere(wanted)).FullName;
        await account.GiveAsync(given, cancellationToken);
        Close(given);
        return given;
    }

    private static string OwnElsewhere(string wanted) => $"/var/tmp/swath-{KeyOf(wanted)}";

    private static string GivenElsewhere(string wanted) => $"/var/lib/swath/postgres-{KeyOf(wanted)}";

    // Everyone may write in /tmp and /var/tmp: made by the server's user itself, or refused when somebody else was there first.
    private static async Task EnsureOwnAsync(string folder, ServerAccount account, CancellationToken cancellationToken)
    {
        if (!Path.Exists(folder))
            await account.RunAsync("mkdir", ["-m", "700", folder], cancellationToken);
        var owner = await ServerAccount.OwnerAsync(folder, cancellationToken);
        if (owner != (account.Name ?? Environment.UserName))
        {
            throw new EmbeddedPostgresException(
                $"'{folder}' should belong to {account.Name ?? Environment.UserName}, but it is {(owner is null ? "no folder" : $"{owner}'s")}. Remove it, or use a shorter, reachable database folder.");
        }

        Close(folder);
    }

    private static void Close(string folder)
    {
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }

    // pg_ctl puts the data folder between double quotes in a shell command.
    private static bool HasShellCharacters(string path) => path.AsSpan().IndexOfAny("\"$`\\\n") >= 0;

    private static string KeyOf(string path) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(path)))[..12];
}
