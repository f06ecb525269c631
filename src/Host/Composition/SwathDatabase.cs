using Microsoft.Extensions.Logging.Console;
using Microsoft.Extensions.Options;
using Npgsql;
using Swath.Configuration;
using Swath.Host.Commands;
using Swath.Persistence;
using Swath.Persistence.Embedded;
using Swath.Persistence.Migrations;

namespace Swath.Host.Composition;

/// <summary>The database of this command: the one that <c>SWATH_DATABASE</c> names, or the private one under <c>.swath/postgres</c>.</summary>
internal sealed class SwathDatabase : IAsyncDisposable
{
    /// <summary>The environment variable with a connection string in Npgsql's form.</summary>
    public const string Variable = "SWATH_DATABASE";

    private readonly EmbeddedPostgres? _embedded;

    private SwathDatabase(EmbeddedPostgres? embedded, string connectionString)
    {
        _embedded = embedded;
        ConnectionString = connectionString;
        var options = ReadOptions();
        var poolSize = embedded is null ? DatabaseOptions.ProductionPoolSize : DatabaseOptions.DevelopmentPoolSize;
        DataSource = DatabaseConnections.Open(connectionString, options, poolSize);
        options.StatementTimeout = TimeSpan.Zero;
        Unhurried = DatabaseConnections.Open(connectionString, options, poolSize);
    }

    public string ConnectionString { get; }

    public NpgsqlDataSource DataSource { get; }

    /// <summary>Connections without a statement time-out, for what walks over all jobs: replay and verify.</summary>
    public NpgsqlDataSource Unhurried { get; }

    /// <summary>What to give psql to look at the tables.</summary>
    public string PsqlArguments
    {
        get
        {
            var parts = new NpgsqlConnectionStringBuilder(ConnectionString);
            return $"host={parts.Host} port={parts.Port} user={parts.Username} dbname={parts.Database}";
        }
    }

    /// <summary>Opens the database; the private one is started, and migrated, when needed.</summary>
    public static async Task<SwathDatabase> OpenAsync(CancellationToken cancellationToken)
    {
        if (Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } connectionString)
            return await OpenExternalAsync(connectionString, cancellationToken);
        try
        {
            var embedded = await EmbeddedPostgres.StartAsync(SwathPaths.Current().Postgres, cancellationToken: cancellationToken);
            var database = new SwathDatabase(embedded, embedded.ConnectionString);
            if (embedded.Notice is { } notice)
                await Console.Error.WriteLineAsync(notice);
            await SwathMigrator.MigrateAsync(database.DataSource, cancellationToken);
            return database;
        }
        catch (Exception cause) when (cause is PostgresNotInstalledException or EmbeddedPostgresException)
        {
            throw new UsageException(cause.Message);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await Unhurried.DisposeAsync();
        await DataSource.DisposeAsync();
        if (_embedded is not null)
            await _embedded.DisposeAsync();
    }

    /// <summary>From where the roles read their settings too; the database comes before them.</summary>
    private static DatabaseOptions ReadOptions()
    {
        using var services = new ServiceCollection()
            .AddLogging(logging => logging.AddSimpleConsole())
            .Configure<ConsoleLoggerOptions>(console => console.LogToStandardErrorThreshold = LogLevel.Trace)
            .AddSingleton<IConfiguration>(new ConfigurationBuilder()
                .AddJsonFile(Path.Combine(Environment.CurrentDirectory, "appsettings.json"), optional: true)
                .AddEnvironmentVariables().Build())
            .AddSwathOptions<DatabaseOptions>()
            .BuildServiceProvider();
        return services.GetRequiredService<IOptions<DatabaseOptions>>().Value;
    }

    private static async Task<SwathDatabase> OpenExternalAsync(string connectionString, CancellationToken cancellationToken)
    {
        var database = new SwathDatabase(null, connectionString);
        try
        {
            await using var connection = await database.DataSource.OpenConnectionAsync(cancellationToken);
            return database;
        }
        catch (NpgsqlException cause)
        {
            await database.DisposeAsync();
            throw new UsageException($"The database that {Variable} names can't be reached: {cause.Message}. Check the connection string, or unset the variable to use the private database.");
        }
    }
}
