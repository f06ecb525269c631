using System.Diagnostics;
using System.Globalization;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;

namespace Swath.Persistence.Embedded;

/// <summary>
/// A private PostgreSQL: a cluster in a folder of its own, reached by a unix socket only, run as an unprivileged user.
/// <para>
/// The rule between processes: whoever uses the cluster holds <c>users.lock</c> together with the others; whoever starts or stops the
/// server holds <c>turn.lock</c> alone. The first to come starts the server, everyone else attaches, and the last to leave stops it.
/// A killed process frees its locks, so a server that it left behind is attached to, and stopped, by the next.
/// </para>
/// </summary>
public sealed class EmbeddedPostgres : IAsyncDisposable
{
    /// <summary>The database that <see cref="ConnectionString"/> names.</summary>
    public const string DatabaseName = "swath";

    /// <summary>The cluster's one role, a superuser of this cluster alone.</summary>
    public const string UserName = "swath";

    internal static readonly TimeSpan TurnPatience = TimeSpan.FromMinutes(5);
    internal static readonly TimeSpan StartPatience = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan StopPatience = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(10);

    private readonly ClusterFolder _folder;
    private readonly PostgresBinaries _binaries;
    private readonly ClusterLock _use;
    private readonly TimeProvider _clock;
    private readonly ILogger _logger;
    private EmbeddedRevival? _revival;
    private bool _disposed;

    private EmbeddedPostgres(ClusterFolder folder, PostgresBinaries binaries, ClusterLock use, PostmasterFile server, bool attached, TimeProvider clock, ILogger logger)
    {
        _folder = folder;
        _binaries = binaries;
        _use = use;
        _clock = clock;
        _logger = logger;
        ProcessId = server.ProcessId;
        IsAttached = attached;
        SocketFolder = server.SocketFolder;
        ConnectionString = ConnectionStringTo(server, DatabaseName);
        DataSource = NpgsqlDataSource.Create(ConnectionString);
        AppDomain.CurrentDomain.ProcessExit += StopInHaste;
    }

    /// <summary>Where the cluster really lives: the folder asked for, or another when the server's user can't reach that.</summary>
    public string Folder => _folder.Root;

    /// <summary>
    /// What a user should be told: that, and why, the cluster lives in another folder than was asked for; null when it doesn't.
    /// Root meets this below a closed (0700) folder: the server's user can't enter it, and the cluster lives under /var/lib/swath.
    /// </summary>
    public string? Notice => _folder.Notice;

    /// <summary>The folder with the socket: <c>psql -h FOLDER -U swath swath</c>.</summary>
    public string SocketFolder { get; }

    /// <summary>Npgsql connection string to the database <c>swath</c>.</summary>
    public string ConnectionString { get; }

    /// <summary>Connections to the database <c>swath</c>; disposed together with this object.</summary>
    public NpgsqlDataSource DataSource { get; }

    /// <summary>The server's process id.</summary>
    public int ProcessId { get; }

    /// <summary>True when the server was running already: another process uses it, or a killed one left it.</summary>
    public bool IsAttached { get; }

    /// <summary>Makes the cluster when the folder has none, starts the server or attaches to the running one, and waits until it answers.</summary>
    /// <param name="folder">The cluster's folder, such as <c>~/.local/state/swath/postgres</c>; made when missing.</param>
    /// <param name="logger">Told where the cluster lives when that is not <paramref name="folder"/>, and what had to be repaired.</param>
    /// <param name="clock">Paces the waiting; the system's by default.</param>
    /// <param name="cancellationToken">Ends the waiting; a server that was just started stays and is attached to by the next start.</param>
    /// <exception cref="PostgresNotInstalledException">PostgreSQL's programs are missing; the message says what to install.</exception>
    /// <exception cref="EmbeddedPostgresException">The server did not start; the message has the end of its log.</exception>
    public static async Task<EmbeddedPostgres> StartAsync(string folder, ILogger? logger = null, TimeProvider? clock = null, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(folder);
        if (OperatingSystem.IsWindows())
            throw new EmbeddedPostgresException("The embedded PostgreSQL needs unix sockets and is not offered on Windows. Give Swath a connection string instead.");
        logger ??= NullLogger.Instance;
        clock ??= TimeProvider.System;

        // Before any folder is made: nobody wants an empty folder as the trace of a missing package.
        await PostgresBinaries.FindAsync(null, cancellationToken);
        var cluster = await ClusterFolder.PrepareAsync(folder, logger, cancellationToken);
        using var turn = await ClusterLock.TakeAsync(cluster.TurnLock, shared: false, TurnPatience, clock, cancellationToken);
        var use = await ClusterLock.TakeAsync(cluster.UsersLock, shared: true, TurnPatience, clock, cancellationToken);
        try
        {
            var starter = new ClusterStarter(cluster, clock, logger);
            var (binaries, server, attached) = await starter.StartOrAttachAsync(StartPatience, cancellationToken);
            return new EmbeddedPostgres(cluster, binaries, use, server, attached, clock, logger);
        }
        catch
        {
            use.Dispose();
            throw;
        }
    }

    /// <summary>From now on, starts the server again when it dies (killed by hand, or for want of memory): nobody else would.</summary>
    /// <param name="say">Is told when that happened, or can't be done.</param>
    public void KeepAlive(Action<string> say) => _revival ??= new EmbeddedRevival(_folder, say, _clock);

    /// <summary>A connection string to another database of this cluster.</summary>
    public string ConnectionStringFor(string database)
        => new NpgsqlConnectionStringBuilder(ConnectionString) { Database = database }.ConnectionString;

    /// <summary>Leaves the cluster; the last process to leave stops the server (a fast shutdown: open transactions are rolled back).</summary>
    public async ValueTask DisposeAsync()
    {
        if (_disposed)
            return;
        _disposed = true;
        AppDomain.CurrentDomain.ProcessExit -= StopInHaste;
        if (_revival is not null)
            await _revival.DisposeAsync();
        await DataSource.DisposeAsync();
        using var turn = await ClusterLock.TakeAsync(_folder.TurnLock, shared: false, TurnPatience, _clock, CancellationToken.None);
        _use.Dispose();
        using var alone = ClusterLock.TryTake(_folder.UsersLock, shared: false);
        if (alone is null)
            return;
        await StopAsync();
    }

    /// <summary>Whether a cluster was made in a folder before, or where it was moved to because the server's user can't reach that. Makes nothing.</summary>
    public static bool Exists(string folder) => ClusterFolder.HasCluster(folder);

    /// <summary>Whether a process uses the cluster in a folder right now. False for a server that a killed process left behind.</summary>
    /// <exception cref="UnauthorizedAccessException">The folder is another user's.</exception>
    public static bool IsInUse(string folder)
    {
        var users = Path.Combine(folder, ClusterFolder.UsersLockName);
        if (!File.Exists(users))
            return false;
        using var alone = ClusterLock.TryTake(users, shared: false);
        return alone is null;
    }

    /// <summary>Stops what may still run in a cluster's folder and deletes the folder with all its data.</summary>
    /// <exception cref="EmbeddedPostgresException">A process uses it, or the folder is no cluster of Swath's.</exception>
    public static async Task RemoveAsync(string folder, CancellationToken cancellationToken = default)
    {
        var cluster = await ClusterFolder.PrepareAsync(folder, NullLogger.Instance, cancellationToken);
        using var turn = await ClusterLock.TakeAsync(cluster.TurnLock, shared: false, TurnPatience, TimeProvider.System, cancellationToken);
        using var alone = ClusterLock.TryTake(cluster.UsersLock, shared: false)
            ?? throw new EmbeddedPostgresException($"The database in '{cluster.Root}' is in use. End the Swath processes that use it first.");
        if (PostmasterFile.Read(cluster.Data) is { } left && await left.IsServerAliveAsync(cancellationToken))
        {
            var binaries = await PostgresBinaries.FindAsync(null, cancellationToken);
            await cluster.Account.RunAsync(binaries.PgCtl, ["stop", "-D", cluster.Data, "-m", "immediate", "-w", "-t", "60"], cancellationToken);
        }

        Directory.Delete(cluster.Root, recursive: true);
        if (cluster.SocketFolder != cluster.Root && Directory.Exists(cluster.SocketFolder))
            Directory.Delete(cluster.SocketFolder, recursive: true);
    }

    internal static string ConnectionStringTo(PostmasterFile server, string database) => new NpgsqlConnectionStringBuilder
    {
        Host = server.SocketFolder,
        Port = server.Port,
        Username = UserName,
        Database = database,
        ApplicationName = "swath",
        IncludeErrorDetail = true,
    }.ConnectionString;

    // The process ends without having left (a signal, an exit in the middle): nobody waits, and nobody else would stop the server.
    private void StopInHaste(object? sender, EventArgs e)
    {
        _use.Dispose();
        using var alone = ClusterLock.TryTake(_folder.UsersLock, shared: false);
        if (alone is null || PostmasterFile.Read(_folder.Data) is not { } server)
            return;
        using var stop = Process.Start("kill", ["-INT", server.ProcessId.ToString(CultureInfo.InvariantCulture)]);
        stop.WaitForExit();
    }

    // pg_ctl reads the process id, sends it SIGINT and waits until the file is gone; the process itself goes a moment later.
    private async Task StopAsync()
    {
        var server = PostmasterFile.Read(_folder.Data);
        if (server is null)
            return;
        var said = await _folder.Account.RunAsync(_binaries.PgCtl, ["stop", "-D", _folder.Data, "-m", "fast", "-w", "-t", "60"], CancellationToken.None);
        var stopped = _clock.GetTimestamp();
        while (await server.IsServerAliveAsync(CancellationToken.None))
        {
            if (said.ExitCode != 0 || _clock.GetElapsedTime(stopped) > StopPatience)
            {
                _logger.LogWarning("PostgreSQL (process {ProcessId}) did not stop: {Output}", server.ProcessId, said.Output.Trim());
                return;
            }

            await Task.Delay(Pause, _clock, CancellationToken.None);
        }
    }
}
