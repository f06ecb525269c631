using System.Diagnostics;
using Npgsql;
using Swath.Persistence.Embedded;
using Swath.Persistence.Migrations;

namespace Swath.Testing;

/// <summary>A PostgreSQL that belongs to one test, which may take it away and bring it back. Its data outlives that.</summary>
public sealed class OwnPostgres : IAsyncDisposable
{
    private const string DatabaseName = "taken_away";

    private readonly string _folder;
    private readonly EmbeddedPostgres _first;
    private readonly Process _guard;
    private EmbeddedPostgres _server;
    private bool _hangs;

    private OwnPostgres(string folder, EmbeddedPostgres server)
    {
        _folder = folder;
        _first = _server = server;
        _guard = PostgresServer.Guard(folder);
        Database = new TestDatabase(server, DatabaseName, drop: false);
    }

    /// <summary>The only database on it, migrated.</summary>
    public TestDatabase Database { get; }

    /// <summary>Starts one with a migrated database.</summary>
    public static async Task<OwnPostgres> StartAsync()
    {
        var folder = PostgresServer.NewFolder();
        var server = await EmbeddedPostgres.StartAsync(folder);
        await using (var create = server.DataSource.CreateCommand($"create database {DatabaseName}"))
            await create.ExecuteNonQueryAsync();
        await SwathMigrator.MigrateAsync(new NpgsqlConnectionStringBuilder(server.ConnectionStringFor(DatabaseName)) { Pooling = false }.ConnectionString);
        return new OwnPostgres(folder, server);
    }

    /// <summary>Ends the server at once, as a crash or a power cut does.</summary>
    /// <param name="signal">KILL, of which it hears nothing, or QUIT, on which it breaks off every connection.</param>
    public async Task TakeAwayAsync(string signal)
    {
        using (var kill = Process.Start("kill", [$"-{signal}", $"{_server.ProcessId}"]))
            await kill.WaitForExitAsync();
        while (Directory.Exists($"/proc/{_server.ProcessId}"))
            await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System);
    }

    /// <summary>Lets it hang: it takes connections and questions, and answers none, until it is disposed.</summary>
    public async Task HangAsync()
    {
        // Its children too, which have each a connection.
        using var stop = Process.Start("/bin/sh", ["-c", "kill -STOP $1 $(cat /proc/$1/task/$1/children)", "sh", $"{_server.ProcessId}"]);
        await stop.WaitForExitAsync();
        _hangs = true;
    }

    /// <summary>Starts it again; returns when it answers.</summary>
    public async Task BringBackAsync()
    {
        var server = await EmbeddedPostgres.StartAsync(_folder);
        if (_server != _first)
            await _server.DisposeAsync();
        _server = server;
        Database.DataSource.Clear();
        _first.DataSource.Clear();
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_hangs)
        {
            using var go = Process.Start("/bin/sh", ["-c", "kill -CONT $1 $(cat /proc/$1/task/$1/children)", "sh", $"{_server.ProcessId}"]);
            await go.WaitForExitAsync();
        }

        await Database.DataSource.DisposeAsync();
        await _first.DisposeAsync();
        if (_server != _first)
            await _server.DisposeAsync();
        _guard.StandardInput.Close();
        await _guard.WaitForExitAsync();
        _guard.Dispose();
    }
}
