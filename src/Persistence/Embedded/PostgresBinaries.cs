using System.Globalization;
using System.Text.RegularExpressions;

namespace Swath.Persistence.Embedded;

/// <summary>A folder with PostgreSQL's server programs: <c>initdb</c>, <c>pg_ctl</c> and <c>postgres</c>.</summary>
internal sealed partial record PostgresBinaries(string Folder)
{
    /// <summary>The environment variable that names the folder and wins over every search.</summary>
    public const string FolderVariable = "SWATH_POSTGRES_BIN";

    private static readonly string[] Programs = ["initdb", "pg_ctl", "postgres"];

    // Debian and Ubuntu keep the server out of PATH; Fedora's PGDG packages and Homebrew have places of their own.
    private static readonly (string Root, string Pattern, string Tail)[] KnownPlaces =
    [
        ("/usr/lib/postgresql", "*", "bin"),
        ("/usr", "pgsql-*", "bin"),
        ("/opt/homebrew/opt", "postgresql*", "bin"),
        ("/usr/local/opt", "postgresql*", "bin"),
        ("/home/linuxbrew/.linuxbrew/opt", "postgresql*", "bin"),
    ];

    public string Initdb => Path.Combine(Folder, "initdb");

    public string PgCtl => Path.Combine(Folder, "pg_ctl");

    public string Postgres => Path.Combine(Folder, "postgres");

    /// <summary>Finds the programs: the variable, then PATH, then the newest of the known places.</summary>
    /// <param name="dataVersion">Major version of existing data (the content of PG_VERSION): only that version can open it. Null when there is none.</param>
    /// <exception cref="PostgresNotInstalledException">There are none, or none of the data's version.</exception>
    public static async Task<PostgresBinaries> FindAsync(string? dataVersion, CancellationToken cancellationToken)
    {
        var named = Environment.GetEnvironmentVariable(FolderVariable);
        if (!string.IsNullOrWhiteSpace(named))
        {
            return Complete(named) ?? throw new PostgresNotInstalledException(
                $"{FolderVariable} is '{named}', but that folder has no initdb, pg_ctl and postgres. Correct it, or unset it to let Swath search.");
        }

        var found = Candidates().ToList();
        if (found.Count == 0)
            throw new PostgresNotInstalledException($"PostgreSQL's server programs are not on this machine. {HowToInstall(null)}");
        if (dataVersion is null)
            return found[0];

        foreach (var candidate in found)
        {
            if (await candidate.MajorVersionAsync(cancellationToken) == dataVersion)
                return candidate;
        }

        throw new PostgresNotInstalledException(
            $"The existing cluster was made by PostgreSQL {dataVersion}, which is not on this machine any more " +
            $"(found: {string.Join(", ", found.Select(candidate => candidate.Folder))}). {HowToInstall(dataVersion)}");
    }

    /// <summary>The major version that the programs say they are, such as "15".</summary>
    public async Task<string> MajorVersionAsync(CancellationToken cancellationToken)
    {
        var said = await ServerAccount.Caller.RunAsync(Postgres, ["--version"], cancellationToken);
        return MajorVersion().Match(said.Output).Groups[1].Value;
    }

    internal static IEnumerable<PostgresBinaries> Candidates()
    {
        var onPath = (Environment.GetEnvironmentVariable("PATH") ?? "")
            .Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)
            .Select(folder => Path.Combine(folder, "postgres"))
            .Where(File.Exists)
            // A lone link in /usr/local/bin: the other programs are where it points to.
            .Select(program => File.ResolveLinkTarget(program, returnFinalTarget: true)?.FullName ?? program)
            .Select(program => Path.GetDirectoryName(program)!);
        var installed = KnownPlaces
            .Where(place => Directory.Exists(place.Root))
            .SelectMany(place => Directory.EnumerateDirectories(place.Root, place.Pattern).Select(folder => Path.Combine(folder, place.Tail)))
            .OrderByDescending(VersionInPath);
        return onPath.Concat(installed).Distinct().Select(Complete).OfType<PostgresBinaries>();
    }

    private static PostgresBinaries? Complete(string folder)
        => Programs.All(program => File.Exists(Path.Combine(folder, program))) ? new PostgresBinaries(Path.GetFullPath(folder)) : null;

    private static int VersionInPath(string folder)
        => int.TryParse(LastNumber().Match(folder).Value, NumberStyles.None, CultureInfo.InvariantCulture, out var version) ? version : 0;

    private static string HowToInstall(string? version)
    {
        var package = version is null ? "postgresql" : $"postgresql-{version}";
        var command = OperatingSystem.IsMacOS()
            ? $"brew install {(version is null ? "postgresql@17" : $"postgresql@{version}")}"
            : File.Exists("/etc/debian_version") ? $"sudo apt-get install {package}"
            : File.Exists("/etc/fedora-release") ? "sudo dnf install postgresql-server"
            : $"install your system's PostgreSQL server package ({package})";
        return $"Install it ({command}), or set {FolderVariable} to the folder with initdb, pg_ctl and postgres, or give Swath a connection string.";
    }

    [GeneratedRegex(@"\(PostgreSQL\) (\d+)")]
    private static partial Regex MajorVersion();

    [GeneratedRegex(@"\d+(?=\D*$)")]
    private static partial Regex LastNumber();
}
