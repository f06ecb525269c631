using System.Globalization;
using Npgsql;

namespace Swath.Persistence;

/// <summary>The connections of a process to its database, a pool for each purpose.</summary>
public sealed class SwathConnections : IAsyncDisposable
{
    // Every hot query is the same text each time: it is parsed and planned once per connection.
    private const int PreparedStatements = 200;

    // Loops of upkeep, each with one connection for a moment.
    private const int SweepPoolSize = 8;

    // The server ends a statement first; this is for a server that does not answer at all.
    private static readonly TimeSpan Answer = TimeSpan.FromSeconds(5);

    private SwathConnections(Func<ConnectionPurpose, NpgsqlDataSource> open)
    {
        Interactive = open(ConnectionPurpose.Interactive);
        Sweep = open(ConnectionPurpose.Sweep);
        StreamOrLock = open(ConnectionPurpose.StreamOrLock);
    }

    /// <summary>See <see cref="ConnectionPurpose.Interactive"/>.</summary>
    public NpgsqlDataSource Interactive { get; }

    /// <summary>See <see cref="ConnectionPurpose.Sweep"/>.</summary>
    public NpgsqlDataSource Sweep { get; }

    /// <summary>See <see cref="ConnectionPurpose.StreamOrLock"/>.</summary>
    public NpgsqlDataSource StreamOrLock { get; }

    /// <summary>Opens no connection yet.</summary>
    /// <param name="connectionString">In Npgsql's form. What it says itself wins over the options; of several <c>statement_timeout</c>s its own.</param>
    /// <param name="options">What the process wants.</param>
    /// <param name="poolSize">Connections for one purpose at most where neither the string nor the options say.</param>
    public static SwathConnections Open(string connectionString, DatabaseOptions options, int poolSize)
    {
        ArgumentNullException.ThrowIfNull(options);
        return new SwathConnections(purpose => NpgsqlDataSource.Create(SettingsFor(purpose, connectionString, options, poolSize)));
    }

    /// <summary>The connection string for one purpose, for a connection outside of the pool.</summary>
    public static NpgsqlConnectionStringBuilder SettingsFor(ConnectionPurpose purpose, string connectionString, DatabaseOptions options, int poolSize)
    {
        ArgumentNullException.ThrowIfNull(options);
        var settings = new NpgsqlConnectionStringBuilder(connectionString);
        var limit = purpose switch
        {
            ConnectionPurpose.Interactive => options.StatementTimeout,
            ConnectionPurpose.Sweep => options.SweepTimeout,
            _ => TimeSpan.Zero,
        };
        SizePool(settings, purpose, options, poolSize);
        Set("Max Auto Prepare", () => settings.MaxAutoPrepare = purpose == ConnectionPurpose.Interactive ? options.PreparedStatements ?? (options.TransactionPooler ? 0 : PreparedStatements) : 0);
        Set("Auto Prepare Min Usages", () => settings.AutoPrepareMinUsages = 2);

        // Nobody leaves a setting, a lock or a channel behind in a session: what would undo them is seven statements more each time.
        Set("No Reset On Close", () => settings.NoResetOnClose = true);
        Set("Keepalive", () => settings.KeepAlive = purpose == ConnectionPurpose.StreamOrLock ? 15 : 60);
        Set("Command Timeout", () => settings.CommandTimeout = limit == TimeSpan.Zero ? 0 : (int)Math.Ceiling((limit + (options.TransactionPooler ? TimeSpan.Zero : Answer)).TotalSeconds));
        if (purpose == ConnectionPurpose.StreamOrLock && settings.Host?.StartsWith('/') != true)
        {
            // It may say nothing for hours: a peer that is gone is noticed by the network.
            Set("Tcp Keepalive", () => settings.TcpKeepAlive = true);
            Set("Tcp Keepalive Time", () => settings.TcpKeepAliveTime = 15);
            Set("Tcp Keepalive Interval", () => settings.TcpKeepAliveInterval = 5);
        }

        // A pooler between gives each transaction another session: it takes no settings for one.
        if (!options.TransactionPooler)
            settings.Options = $"{ServerSettings(limit)} {settings.Options}".TrimEnd();
        return settings;

        void Set(string keyword, Action set)
        {
            if (!settings.ShouldSerialize(keyword))
                set();
        }
    }

    public async ValueTask DisposeAsync()
    {
        await StreamOrLock.DisposeAsync();
        await Sweep.DisposeAsync();
        await Interactive.DisposeAsync();
    }

    private static void SizePool(NpgsqlConnectionStringBuilder settings, ConnectionPurpose purpose, DatabaseOptions options, int poolSize)
    {
        var most = options.PoolSize ?? poolSize;
        if (!settings.ShouldSerialize("Maximum Pool Size"))
            settings.MaxPoolSize = purpose == ConnectionPurpose.Sweep ? Math.Min(SweepPoolSize, most) : most;
        if (!settings.ShouldSerialize("Minimum Pool Size"))
            settings.MinPoolSize = purpose == ConnectionPurpose.Interactive ? Math.Min(options.MinPoolSize, settings.MaxPoolSize) : 0;
        if (!settings.ShouldSerialize("Connection Lifetime"))
            settings.ConnectionLifetime = (int)options.ConnectionLifetime.TotalSeconds;
        if (!settings.ShouldSerialize("Connection Idle Lifetime"))
            settings.ConnectionIdleLifetime = Math.Max((int)options.IdleLifetime.TotalSeconds, settings.ConnectionPruningInterval);
    }

    // The server takes the last of several. It frees the rows and locks of a client that the network has lost within half a minute, and not after hours.
    private static string ServerSettings(TimeSpan limit) =>
        $"-c statement_timeout={limit.TotalMilliseconds.ToString("F0", CultureInfo.InvariantCulture)} "
        + "-c tcp_keepalives_idle=15 -c tcp_keepalives_interval=5 -c tcp_keepalives_count=3 -c tcp_user_timeout=30000";
}
