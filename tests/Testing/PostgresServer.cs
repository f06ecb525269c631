using System.Diagnostics;
using Npgsql;
using Swath.Persistence.Embedded;
using Swath.Persistence.Migrations;

namespace Swath.Testing;

/// <summary>
/// One real PostgreSQL for all tests of a process: started when the first test asks, in a private folder, stopped and removed when the
/// process ends. What is left behind all the same (both were killed) is removed by the next run.
/// </summary>
public static class PostgresServer
{
    private const string FolderPrefix = "swath-tests-";
    private const string Template = "swath_template";

    private static readonly Lazy<Task<EmbeddedPostgres>> Shared = new(StartAsync);
    private static int _databases;
    private static Process? _guard;

    /// <summary>The server itself.</summary>
    public static Task<EmbeddedPostgres> GetAsync() => Shared.Value;

    /// <summary>A new database with all migrations applied; a copy of a template, so that it costs milliseconds.</summary>
    public static async Task<TestDatabase> CreateDatabaseAsync()
    {
        var server = await Shared.Value;
        var name = $"test_{Interlocked.Increment(ref _databases)}";
        await using var create = server.DataSource.CreateCommand($"create database {name} template {Template}");
        await create.ExecuteNonQueryAsync();
        return new TestDatabase(server, name);
    }

    private static async Task<EmbeddedPostgres> StartAsync()
    {
        await RemoveLeftoversAsync();
        var server = await EmbeddedPostgres.StartAsync(NewFolder());
        _guard = Guard(server.Folder);

        await using (var create = server.DataSource.CreateCommand($"create database {Template}"))
            await create.ExecuteNonQueryAsync();
        // Without a pool: a template can't be copied while anybody is connected to it.
        var unpooled = new NpgsqlConnectionStringBuilder(server.ConnectionStringFor(Template)) { Pooling = false };
        await SwathMigrator.MigrateAsync(unpooled.ConnectionString);
        return server;
    }

    // Not below the temporary folder's own path: macOS's is too long for a socket, and a 0700 TMPDIR is closed to the server's user.
    internal static string NewFolder() => $"/tmp/{FolderPrefix}{Environment.ProcessId}-{Guid.NewGuid().ToString("N")[..6]}";

    private static async Task RemoveLeftoversAsync()
    {
        foreach (var folder in Directory.EnumerateDirectories("/tmp", FolderPrefix + "*"))
        {
            try
            {
                // A folder without any lock yet belongs to a process that is just starting.
                if (Directory.EnumerateFiles(folder, "*.lock").Count() == 2 && !EmbeddedPostgres.IsInUse(folder))
                    await EmbeddedPostgres.RemoveAsync(folder);
            }
            catch (Exception failure) when (failure is EmbeddedPostgresException or IOException or UnauthorizedAccessException)
            {
                // Somebody else's, or being removed by another test process right now.
            }
        }
    }

    // The test runner gives a process a tenth of a second to end, and a killed one nothing at all. So a shell waits on a pipe that closes
    // with this process, however it ends; then it stops the server at once (its data is worth nothing) and removes the folder.
    internal static Process Guard(string folder)
    {
        const string script = """
            exec >/dev/null 2>&1
            trap '' INT HUP TERM
            cat
            if pid=$(head -n 1 "$1/data/postmaster.pid"); then
              kill -QUIT "$pid"
              for i in 1 2 3 4 5 6 7 8 9 10; do kill -0 "$pid" || break; sleep 0.1; done
            fi
            rm -rf "$1"
            """;
        return Process.Start(new ProcessStartInfo("/bin/sh", ["-c", script, "sh", folder]) { RedirectStandardInput = true })!;
    }
}
