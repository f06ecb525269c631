namespace Swath.Host.Composition;

/// <summary>Where Swath keeps what it owns.</summary>
/// <param name="Home">Its folder: <c>SWATH_HOME</c>, or <c>.swath</c> in the current folder.</param>
internal sealed record SwathPaths(string Home)
{
    /// <summary>The folder of the private PostgreSQL cluster.</summary>
    public string Postgres => Path.Combine(Home, "postgres");

    public static SwathPaths Current() =>
        new(Path.GetFullPath(Environment.GetEnvironmentVariable("SWATH_HOME") is { Length: > 0 } home ? home : ".swath"));
}
