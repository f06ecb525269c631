using Swath.Host.Composition;
using Swath.Persistence.Embedded;

namespace Swath.Bench.Load;

/// <summary>The private PostgreSQL of a Swath's home, attached to from outside: to measure it, and so that it outlives a process that is killed.</summary>
internal static class PrivateServer
{
    public static Task<EmbeddedPostgres> StartAsync(string home) => EmbeddedPostgres.StartAsync(new SwathPaths(home).Postgres);

    /// <summary>Removes it with the home.</summary>
    public static async Task RemoveAsync(string home)
    {
        await EmbeddedPostgres.RemoveAsync(new SwathPaths(home).Postgres);
        Directory.Delete(home, recursive: true);
    }
}
