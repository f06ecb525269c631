using Swath.Host.Commands;
using Swath.Persistence.Embedded;

namespace Swath.Host.Composition;

/// <summary>Where Swath keeps what it owns.</summary>
/// <param name="Home">Its folder, absolute.</param>
internal sealed record SwathPaths(string Home)
{
    /// <summary>The environment variable with the folder.</summary>
    public const string Variable = "SWATH_HOME";

    // Where versions that had a database per folder kept it.
    private const string InCurrentFolder = ".swath";

    /// <summary>Whether the environment names a home.</summary>
    public static bool IsChosen => !string.IsNullOrEmpty(Environment.GetEnvironmentVariable(Variable));

    /// <summary>The folder of the private PostgreSQL cluster.</summary>
    public string Postgres => Path.Combine(Home, "postgres");

    /// <summary>The folder that requests from outside may read from and write to, where no other is set.</summary>
    public string Data => Path.Combine(Home, "data");

    /// <summary>The folder of the archive's files, where no other is set.</summary>
    public string Archive => Path.Combine(Home, "archive");

    /// <summary>Whether a database was made here, or where it was moved to because its server can't reach this folder.</summary>
    public bool HasDatabase => EmbeddedPostgres.Exists(Postgres);

    /// <summary>
    /// <c>SWATH_HOME</c>, or the user's own folder for what programs keep: <c>$XDG_STATE_HOME/swath</c>, <c>~/.local/state/swath</c> when that is not set
    /// (https://specifications.freedesktop.org/basedir-spec, which has relative paths ignored).
    /// </summary>
    /// <exception cref="UsageException">The user has no home.</exception>
    public static SwathPaths Current()
    {
        if (Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } chosen)
            return new SwathPaths(Path.GetFullPath(chosen));
        if (Environment.GetEnvironmentVariable("XDG_STATE_HOME") is { } state && Path.IsPathRooted(state))
            return new SwathPaths(Path.Combine(state, "swath"));
        var home = Environment.GetFolderPath(Environment.SpecialFolder.UserProfile, Environment.SpecialFolderOption.DoNotVerify);
        return home.Length > 0
            ? new SwathPaths(Path.Combine(home, ".local", "state", "swath"))
            : throw new UsageException($"This user has no home folder: set {Variable} to the folder that the database is to live in.");
    }

    /// <summary>What this command may be told of a database that an earlier version made in the current folder; null when there is none, or another home was chosen.</summary>
    public string? EarlierDatabase()
    {
        var earlier = Path.GetFullPath(InCurrentFolder);
        return earlier != Home && !IsChosen && EmbeddedPostgres.Exists(Path.Combine(earlier, "postgres"))
            ? $"This folder has a database of its own, from an earlier version of Swath. To go on with it: export {Variable}={earlier}"
            : null;
    }
}
