using System.Globalization;
using Swath.Host.Composition;
using Swath.Persistence.Embedded;

namespace Swath.Bench.Load;

/// <summary>The private PostgreSQL of a Swath's home, attached to from outside: to measure it, and so that it outlives a process that is killed.</summary>
internal static class PrivateServer
{
    private static int _homes;

    /// <summary>A new home that the server's user can enter, unlike a temporary folder's.</summary>
    public static string NewHome() =>
        Directory.CreateDirectory(Path.Combine(Path.GetTempPath(), string.Create(CultureInfo.InvariantCulture, $"swath-bench-{Environment.ProcessId}-{++_homes}"))).FullName;

    /// <summary>Starts it. From then on this process, and what it starts, has no other database, whatever its environment named.</summary>
    public static Task<EmbeddedPostgres> StartAsync(string home)
    {
        Environment.SetEnvironmentVariable(SwathDatabase.Variable, "");
        return EmbeddedPostgres.StartAsync(new SwathPaths(home).Postgres);
    }

    /// <summary>Removes it with the home.</summary>
    public static async Task RemoveAsync(string home)
    {
        await EmbeddedPostgres.RemoveAsync(new SwathPaths(home).Postgres);
        Directory.Delete(home, recursive: true);
    }
}
