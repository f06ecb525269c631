using System.Diagnostics;
using Npgsql;

namespace Swath.Testing;

/// <summary>A PgBouncer of a test's own before the tests' PostgreSQL, in transaction mode and with two connections for all who come.</summary>
public sealed class PgBouncer : IAsyncDisposable
{
    private const string Program = "/usr/sbin/pgbouncer";
    private const string HowToGet = "pgbouncer is not installed (./swath test installs it where it can).";
    private const int Port = 6432;

    private readonly Process _guard;

    private PgBouncer(Process guard, string connectionString) => (_guard, ConnectionString) = (guard, connectionString);

    /// <summary>Npgsql connection string to the database, through the pooler.</summary>
    public string ConnectionString { get; }

    /// <summary>Starts one; returns when it answers. Skips the calling test when it is not installed.</summary>
    public static async Task<PgBouncer> StartAsync(TestDatabase database)
    {
        Skip.IfNot(File.Exists(Program), HowToGet);
        var behind = new NpgsqlConnectionStringBuilder(database.ConnectionString);
        var folder = Directory.CreateDirectory($"/tmp/swath-pgbouncer-{Environment.ProcessId}-{Guid.NewGuid().ToString("N")[..6]}").FullName;
        await File.WriteAllTextAsync(Path.Combine(folder, "users"), $"\"{behind.Username}\" \"\"\n");
        await File.WriteAllTextAsync(
            Path.Combine(folder, "pgbouncer.ini"),
            $"""
            [databases]
            {database.Name} = host={behind.Host} port={behind.Port} pool_size=2
            [pgbouncer]
            listen_addr =
            listen_port = {Port}
            unix_socket_dir = {folder}
            auth_type = trust
            auth_file = {folder}/users
            pool_mode = transaction
            max_client_conn = 500
            """);
        var through = new NpgsqlConnectionStringBuilder { Host = folder, Port = Port, Username = behind.Username, Database = database.Name };
        var pooler = new PgBouncer(Start(folder, behind.Host!), through.ConnectionString);
        while (!File.Exists(Path.Combine(folder, $".s.PGSQL.{Port}")) && !pooler._guard.HasExited)
            await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System);
        return pooler;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        _guard.StandardInput.Close();
        await _guard.WaitForExitAsync();
        _guard.Dispose();
    }

    // As the server's user, who alone may enter the folder of its socket; it ends with this process, however that ends.
    private static Process Start(string folder, string sockets)
    {
        const string script = """
            trap '' INT HUP TERM
            run=
            if [ "$(id -u)" = 0 ]; then
              user=$(stat -c %U "$2")
              chown -R "$user" "$1"
              run="setpriv --reuid=$user --regid=$user --clear-groups"
            fi
            $run /usr/sbin/pgbouncer -q "$1/pgbouncer.ini" < /dev/null > "$1/out" 2>&1 &
            pooler=$!
            cat
            kill -KILL $pooler
            wait
            rm -rf "$1"
            """;
        return Process.Start(new ProcessStartInfo("/bin/sh", ["-c", script, "sh", folder, sockets]) { RedirectStandardInput = true })!;
    }
}
