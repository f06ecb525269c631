using System.Diagnostics;
using System.Globalization;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;
using Npgsql;

namespace Swath.Persistence.Migrations;

/// <summary>Brings a database's schema up to this version of Swath.</summary>
public static class SwathMigrator
{
    // Any number, the same for every Swath: "swath" as ASCII.
    private const long LockKey = 0x73_77_61_74_68;

    private const string HistoryTable = "swath_migrations";

    // How long a migration goes on giving way to those who hold a table that it needs.
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(10);
    private static readonly TimeSpan BetweenTries = TimeSpan.FromSeconds(1);

    private static readonly TimeSpan BetweenQuestions = TimeSpan.FromMilliseconds(100);

    private const string Allowed =
        """
        select case $1 when 'Read' then minimum_reader else minimum_writer end from schema_compatibility
        """;

    // What a build of an index outside a transaction leaves when it is cut short: never used, kept up at every write.
    private const string HalfBuilt =
        """
        select format('drop index concurrently %I.%I', n.nspname, c.relname)
        from pg_index i join pg_class c on c.oid = i.indexrelid join pg_namespace n on n.oid = c.relnamespace
        where not i.indisvalid and n.nspname = current_schema() and c.relname = any ($1)
        """;

    /// <summary>The number of the newest migration that this binary knows: by it, a database allows its readers and writers.</summary>
    public static int SchemaNumber { get; } = ScriptMigration.Known.Max(NumberOf);

    /// <summary>Runs the migrations that the database lacks. Any number of processes may call it at once: one migrates, the others wait.</summary>
    /// <param name="connectionString">Npgsql connection string of a role that may create tables.</param>
    /// <param name="cancellationToken">Ends the waiting or the migration; one that was under way is rolled back.</param>
    /// <returns>The ids that were applied by this call, oldest first; empty when there was nothing to do.</returns>
    /// <exception cref="NpgsqlException">The database can't be reached, or refused a script.</exception>
    /// <exception cref="NewerDatabaseException">The database belongs to a newer release, which does not allow this one.</exception>
    public static async Task<IReadOnlyList<string>> MigrateAsync(string connectionString, CancellationToken cancellationToken = default)
    {
        await using var dataSource = NpgsqlDataSource.Create(connectionString);
        return await MigrateAsync(dataSource, cancellationToken);
    }

    /// <inheritdoc cref="MigrateAsync(string, CancellationToken)"/>
    /// <param name="dataSource">Connections of a role that may create tables.</param>
    /// <param name="cancellationToken">Ends the waiting or the migration; one that was under way is rolled back.</param>
    public static async Task<IReadOnlyList<string>> MigrateAsync(NpgsqlDataSource dataSource, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(dataSource);

        // EF Core locks its history table only once it exists; this lock also covers the very first start of several processes.
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        // Waiting for another process, and a script on a large table, take their time.
        await ExecuteAsync(connection, "set statement_timeout = 0", cancellationToken);
        await TakeLockAsync(connection, cancellationToken);
        try
        {
            await CheckAsync(connection, SchemaUse.Read, cancellationToken);
            var pending = await PendingAsync(connection, cancellationToken);
            if (pending.Count > 0)
                await ApplyAsync(connection, cancellationToken);
            return pending;
        }
        finally
        {
            await ExecuteAsync(connection, $"select pg_advisory_unlock({LockKey})", CancellationToken.None);
            await ExecuteAsync(connection, "reset statement_timeout", CancellationToken.None);
        }
    }

    /// <summary>The migrations that this version of Swath knows and the database lacks, oldest first.</summary>
    /// <param name="dataSource">Connections to the database.</param>
    /// <param name="cancellationToken">Ends the question.</param>
    public static async Task<IReadOnlyList<string>> PendingAsync(NpgsqlDataSource dataSource, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(dataSource);
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        return await PendingAsync(connection, cancellationToken);
    }

    /// <summary>Refuses a database of a newer release, unless that release allows this one.</summary>
    /// <param name="dataSource">Connections to the database.</param>
    /// <param name="use">What for.</param>
    /// <param name="cancellationToken">Ends the question.</param>
    /// <exception cref="NewerDatabaseException">It does not.</exception>
    public static async Task CheckAsync(NpgsqlDataSource dataSource, SchemaUse use, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(dataSource);
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        await CheckAsync(connection, use, cancellationToken);
    }

    /// <summary>True while the database lets this binary write: it may have been brought up to a newer release since the start.</summary>
    public static async Task<bool> MayWriteAsync(NpgsqlDataSource dataSource, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(dataSource);
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        return await MinimumAsync(connection, SchemaUse.Write, cancellationToken) <= SchemaNumber;
    }

    private static async Task CheckAsync(NpgsqlConnection connection, SchemaUse use, CancellationToken cancellationToken)
    {
        await using var context = new SwathMigrations(OptionsFor(connection));
        var newer = (await context.Database.GetAppliedMigrationsAsync(cancellationToken)).Except(ScriptMigration.Known).ToList();
        if (newer.Count == 0)
            return;
        if (await MinimumAsync(connection, use, cancellationToken) <= SchemaNumber)
            return;
        throw new NewerDatabaseException(
            $"The database is of a newer release of Swath, which lets this one ({typeof(SwathMigrator).Assembly.GetName().Version?.ToString(3)}) no longer {(use == SchemaUse.Read ? "use it" : "write to it")}: "
            + $"it has {newer.Count} migration(s) that are not known here, the last one is {newer[^1]}. Run the newer release.");
    }

    /// <returns>Null when the database does not say.</returns>
    private static async Task<int?> MinimumAsync(NpgsqlConnection connection, SchemaUse use, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(Allowed, connection) { Parameters = { new NpgsqlParameter<string> { TypedValue = use.ToString() } } };
        try
        {
            return await command.ExecuteScalarAsync(cancellationToken) as int?;
        }
        catch (PostgresException unknown) when (unknown.SqlState == PostgresErrorCodes.UndefinedTable)
        {
            return null;
        }
    }

    private static async Task<IReadOnlyList<string>> PendingAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        await using var context = new SwathMigrations(OptionsFor(connection));
        return (await context.Database.GetPendingMigrationsAsync(cancellationToken)).ToList();
    }

    // Asked for again and again: a statement that waits would be waited for in turn by an index that is built concurrently.
    private static async Task TakeLockAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand($"select pg_try_advisory_lock({LockKey})", connection);
        while (await command.ExecuteScalarAsync(cancellationToken) is not true)
            await Task.Delay(BetweenQuestions, TimeProvider.System, cancellationToken);
    }

    private static async Task ApplyAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        var begun = Stopwatch.GetTimestamp();
        while (true)
        {
            try
            {
                await DropHalfBuiltAsync(connection, cancellationToken);
                await using var context = new SwathMigrations(OptionsFor(connection));
                await context.Database.MigrateAsync(cancellationToken);
                return;
            }
            catch (Exception held) when (IsLockNotAvailable(held) && Stopwatch.GetElapsedTime(begun) < Patience)
            {
                // Whoever works on the table goes first; what was applied so far stays.
                await Task.Delay(BetweenTries, TimeProvider.System, cancellationToken);
            }
        }
    }

    private static async Task DropHalfBuiltAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        var indexes = (await PendingAsync(connection, cancellationToken)).SelectMany(ScriptMigration.IndexesOf).ToArray();
        var drops = new List<string>();
        await using (var command = new NpgsqlCommand(HalfBuilt, connection) { Parameters = { new NpgsqlParameter<string[]> { TypedValue = indexes } } })
        await using (var reader = await command.ExecuteReaderAsync(cancellationToken))
        {
            while (await reader.ReadAsync(cancellationToken))
                drops.Add(reader.GetString(0));
        }

        foreach (var drop in drops)
            await ExecuteAsync(connection, drop, cancellationToken);
    }

    // EF Core's strategy wraps what is transient.
    private static bool IsLockNotAvailable(Exception failure) =>
        (failure as PostgresException ?? failure.InnerException as PostgresException)?.SqlState == PostgresErrorCodes.LockNotAvailable;

    private static int NumberOf(string id) => int.Parse(id.AsSpan(0, 4), CultureInfo.InvariantCulture);

    private static DbContextOptions<SwathMigrations> OptionsFor(NpgsqlConnection connection) => new DbContextOptionsBuilder<SwathMigrations>()
        .UseNpgsql(connection, npgsql => npgsql.MigrationsHistoryTable(HistoryTable).CommandTimeout(0))
        // The model is empty on purpose; there is nothing it could lag behind.
        .ConfigureWarnings(warnings => warnings.Ignore(RelationalEventId.PendingModelChangesWarning))
        .Options;

    private static async Task ExecuteAsync(NpgsqlConnection connection, string statement, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(statement, connection) { CommandTimeout = 0 };
        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
