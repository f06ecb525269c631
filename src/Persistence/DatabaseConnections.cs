using System.Globalization;
using Npgsql;

namespace Swath.Persistence;

/// <summary>Makes the connections of a process.</summary>
public static class DatabaseConnections
{
    // Every hot query is the same text each time: it is parsed and planned once per connection.
    private const int PreparedStatements = 200;

    /// <summary>
    /// Applies the options to a connection string. What the string itself says of pool, lifetimes and preparing wins; of several
    /// <c>statement_timeout</c>s its own.
    /// </summary>
    /// <param name="connectionString">In Npgsql's form.</param>
    /// <param name="options">What the process wants.</param>
    /// <param name="poolSize">Connections at most where neither the string nor the options say.</param>
    public static NpgsqlDataSource Open(string connectionString, DatabaseOptions options, int poolSize)
    {
        ArgumentNullException.ThrowIfNull(options);
        var settings = new NpgsqlConnectionStringBuilder(connectionString);
        if (!IsSet(settings, "Maximum Pool Size"))
            settings.MaxPoolSize = options.PoolSize ?? poolSize;
        if (!IsSet(settings, "Minimum Pool Size"))
            settings.MinPoolSize = Math.Min(options.MinPoolSize, settings.MaxPoolSize);
        if (!IsSet(settings, "Connection Lifetime"))
            settings.ConnectionLifetime = (int)options.ConnectionLifetime.TotalSeconds;
        if (!IsSet(settings, "Connection Idle Lifetime"))
            settings.ConnectionIdleLifetime = Math.Max((int)options.IdleLifetime.TotalSeconds, settings.ConnectionPruningInterval);
        if (!IsSet(settings, "Max Auto Prepare"))
            settings.MaxAutoPrepare = PreparedStatements;
        if (!IsSet(settings, "Auto Prepare Min Usages"))
            settings.AutoPrepareMinUsages = 2;

        // The server takes the last of several.
        var timeout = options.StatementTimeout.TotalMilliseconds.ToString("F0", CultureInfo.InvariantCulture);
        settings.Options = $"-c statement_timeout={timeout} {settings.Options}".TrimEnd();
        return NpgsqlDataSource.Create(settings);
    }

    private static bool IsSet(NpgsqlConnectionStringBuilder settings, string keyword) => settings.ShouldSerialize(keyword);
}
