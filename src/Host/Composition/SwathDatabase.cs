using System.Net.Sockets;
using Microsoft.Extensions.Logging.Console;
using Microsoft.Extensions.Options;
using Npgsql;
using Swath.Configuration;
using Swath.Host.Commands;
using Swath.Host.Output;
using Swath.Persistence;
using Swath.Persistence.Embedded;
using Swath.Persistence.Migrations;
using Swath.Persistence.Outages;

namespace Swath.Host.Composition;

/// <summary>The database of this command: the one that <c>SWATH_DATABASE</c> names, or the user's private one (<see cref="SwathPaths"/>).</summary>
internal sealed class SwathDatabase : IAsyncDisposable
{
    /// <summary>The environment variable with a connection string in Npgsql's form.</summary>
    public const string Variable = "SWATH_DATABASE";

    private readonly EmbeddedPostgres? _embedded;

    private SwathDatabase(EmbeddedPostgres? embedded, string connectionString)
    {
        _embedded = embedded;
        ConnectionString = connectionString;
        Options = ReadOptions();
        var poolSize = embedded is null ? DatabaseOptions.ProductionPoolSize : DatabaseOptions.DevelopmentPoolSize;
        Connections = SwathConnections.Open(connectionString, Options, poolSize);
        LockSettings = SwathConnections.SettingsFor(ConnectionPurpose.StreamOrLock, connectionString, Options, poolSize).ConnectionString;
    }

    public string ConnectionString { get; }

    public DatabaseOptions Options { get; }

    public SwathConnections Connections { get; }

    public NpgsqlDataSource DataSource => Connections.Interactive;

    /// <summary>For a connection of one's own that holds a lock.</summary>
    public string LockSettings { get; }

    /// <summary>What to give psql to look at the tables.</summary>
    public string PsqlArguments
    {
        get
        {
            var parts = new NpgsqlConnectionStringBuilder(ConnectionString);
            return $"host={parts.Host} port={parts.Port} user={parts.Username} dbname={parts.Database}";
        }
    }

    /// <summary>Opens the database; the private one is made, started and migrated when needed. Where it lives is said when it is made.</summary>
    /// <exception cref="UsageException">There is none that can be used; the message says why and what to change.</exception>
    public static Task<SwathDatabase> OpenAsync(SwathPaths paths, CancellationToken cancellationToken) =>
        ConnectionStringOfUser() is { } connectionString
            ? OpenExternalAsync(connectionString, cancellationToken)
            : OpenPrivateAsync(paths, cancellationToken);

    /// <summary>The same, but makes none: for commands that only look.</summary>
    /// <exception cref="NoDatabaseException">There is none yet.</exception>
    /// <exception cref="UsageException">There is none that can be used; the message says why and what to change.</exception>
    public static Task<SwathDatabase> OpenExistingAsync(SwathPaths paths, CancellationToken cancellationToken)
    {
        if (ConnectionStringOfUser() is null && !paths.HasDatabase)
        {
            throw new NoDatabaseException(string.Join(
                Environment.NewLine,
                [$"There is no database in '{paths.Home}' yet: 'swath run', 'swath submit' and 'swath up' make one.", .. paths.EarlierDatabase() is { } earlier ? [earlier] : Array.Empty<string>()]));
        }

        return OpenAsync(paths, cancellationToken);
    }

    /// <summary>Opens the database that <see cref="Variable"/> names without asking whether its schema is this version's; the private one as it is always opened.</summary>
    public static Task<SwathDatabase> OpenToMigrateAsync(CancellationToken cancellationToken) =>
        ConnectionStringOfUser() is { } connectionString
            ? ConnectAsync(connectionString, cancellationToken)
            : OpenPrivateAsync(SwathPaths.Current(), cancellationToken);

    /// <summary>Makes sure that the release to which the database was brought up allows this binary.</summary>
    /// <exception cref="UsageException">It does not; nothing was touched.</exception>
    public async Task AllowAsync(SchemaUse use, CancellationToken cancellationToken)
    {
        try
        {
            await SwathMigrator.CheckAsync(DataSource, use, cancellationToken);
        }
        catch (NewerDatabaseException newer)
        {
            throw new UsageException(newer.Message);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await Connections.DisposeAsync();
        if (_embedded is not null)
            await _embedded.DisposeAsync();
    }

    /// <summary>From where the roles read their settings too; the database comes before them.</summary>
    private static DatabaseOptions ReadOptions()
    {
        using var services = new ServiceCollection()
            .AddSingleton(TimeProvider.System)
            .AddLogging(logging => logging.AddLogLines())
            .Configure<ConsoleLoggerOptions>(console => console.LogToStandardErrorThreshold = LogLevel.Trace)
            .AddSingleton(SwathSettings.Load())
            .AddSwathOptions<DatabaseOptions>()
            .BuildServiceProvider();
        return services.GetRequiredService<IOptions<DatabaseOptions>>().Value;
    }

    private static string? ConnectionStringOfUser() => Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } text ? text : null;

    private static async Task<SwathDatabase> OpenPrivateAsync(SwathPaths paths, CancellationToken cancellationToken)
    {
        try
        {
            var made = !paths.HasDatabase;
            var embedded = await EmbeddedPostgres.StartAsync(paths.Postgres, cancellationToken: cancellationToken);
            var database = new SwathDatabase(embedded, embedded.ConnectionString);
            embedded.KeepAlive(Terminal.WriteError);
            if (made)
                await AnnounceAsync(paths, embedded.Notice);
            await database.AllowOrCloseAsync(cancellationToken);
            await SwathMigrator.MigrateAsync(database.Connections.StreamOrLock, cancellationToken);
            return database;
        }
        catch (Exception cause) when (cause is PostgresNotInstalledException or EmbeddedPostgresException)
        {
            throw new UsageException(cause.Message);
        }
        catch (Exception refused) when (refused is IOException or UnauthorizedAccessException)
        {
            throw new UsageException($"The database's folder '{paths.Postgres}' can't be used: {refused.Message} Mend that, or set {SwathPaths.Variable} to another folder.");
        }
    }

    private static async Task AnnounceAsync(SwathPaths paths, string? notice)
    {
        // The demo's own is found by nobody else.
        if (paths != SwathPaths.Current())
        {
            Terminal.WriteError($"Made a database in '{paths.Home}', for this command alone. To look into it: export {SwathPaths.Variable}={paths.Home}");
            return;
        }

        Terminal.WriteError(notice is null
            ? $"Made a database in '{paths.Home}': from now on every command of this user finds it there. {SwathPaths.Variable} names another place."
            : $"{notice} From now on every command of this user finds it there. {SwathPaths.Variable} names another place.");
        if (paths.EarlierDatabase() is { } earlier)
            Terminal.WriteError(earlier);
    }

    private async Task AllowOrCloseAsync(CancellationToken cancellationToken)
    {
        try
        {
            await AllowAsync(SchemaUse.Read, cancellationToken);
        }
        catch (UsageException)
        {
            await DisposeAsync();
            throw;
        }
    }

    private static async Task<SwathDatabase> OpenExternalAsync(string connectionString, CancellationToken cancellationToken)
    {
        var database = await ConnectAsync(connectionString, cancellationToken);
        await database.AllowOrCloseAsync(cancellationToken);
        if (await SwathMigrator.PendingAsync(database.DataSource, cancellationToken) is { Count: > 0 } missing)
        {
            await database.DisposeAsync();
            throw new UsageException($"The database that {Variable} names lacks {missing.Count} migration(s) of this version of Swath: run 'swath migrate' once, then start again.");
        }

        return database;
    }

    private static async Task<SwathDatabase> ConnectAsync(string connectionString, CancellationToken cancellationToken)
    {
        SwathDatabase database;
        try
        {
            database = new SwathDatabase(null, connectionString);
        }
        catch (Exception malformed) when (malformed is ArgumentException or FormatException)
        {
            throw new UsageException($"{Variable} is no connection string in Npgsql's form, such as 'Host=db;Username=swath;Password=...;Database=swath': {malformed.Message}");
        }

        try
        {
            await using var connection = await database.DataSource.OpenConnectionAsync(cancellationToken);
            return database;
        }
        catch (Exception cause) when (cause is NpgsqlException or SocketException or TimeoutException || DatabaseAway.IsCauseOf(cause))
        {
            await database.DisposeAsync();
            throw new UsageException($"The database that {Variable} names can't be reached: {cause.Message.ReplaceLineEndings(" ").TrimEnd('.')}. Check the connection string, or unset the variable to use the private database.");
        }
    }
}
