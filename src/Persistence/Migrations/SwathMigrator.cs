using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;
using Npgsql;

namespace Swath.Persistence.Migrations;

/// <summary>Brings a database's schema up to this version of Swath.</summary>
public static class SwathMigrator
{
    // Any number, the same for every Swath: "swath" as ASCII.
    private const long LockKey = 0x73_77_61_74_68;

    /// <summary>Runs the migrations that the database lacks. Any number of processes may call it at once: one migrates, the others wait.</summary>
    /// <param name="connectionString">Npgsql connection string of a role that may create tables.</param>
    /// <param name="cancellationToken">Ends the waiting or the migration; one that was under way is rolled back.</param>
    /// <returns>The ids that were applied by this call, oldest first; empty when there was nothing to do.</returns>
    /// <exception cref="NpgsqlException">The database can't be reached, or refused a script.</exception>
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
        await ExecuteAsync(connection, $"select pg_advisory_lock({LockKey})", cancellationToken);
        try
        {
            await using var context = new SwathMigrations(OptionsFor(connection));
            var pending = (await context.Database.GetPendingMigrationsAsync(cancellationToken)).ToList();
            if (pending.Count > 0)
                await context.Database.MigrateAsync(cancellationToken);
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
        await using var context = new SwathMigrations(OptionsFor(connection));
        return (await context.Database.GetPendingMigrationsAsync(cancellationToken)).ToList();
    }

    private static DbContextOptions<SwathMigrations> OptionsFor(NpgsqlConnection connection) => new DbContextOptionsBuilder<SwathMigrations>()
        .UseNpgsql(connection, npgsql => npgsql.MigrationsHistoryTable("swath_migrations").CommandTimeout(0))
        // The model is empty on purpose; there is nothing it could lag behind.
        .ConfigureWarnings(warnings => warnings.Ignore(RelationalEventId.PendingModelChangesWarning))
        .Options;

    private static async Task ExecuteAsync(NpgsqlConnection connection, string statement, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(statement, connection) { CommandTimeout = 0 };
        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
