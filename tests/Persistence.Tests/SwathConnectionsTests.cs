using Npgsql;
using Swath.Persistence.Migrations;
using Swath.Testing;

namespace Swath.Persistence.Tests;

public sealed class SwathConnectionsTests(DatabaseFixture database) : IClassFixture<DatabaseFixture>
{
    [Fact]
    public async Task Open_Defaults_AreThoseOfTheRoleAndOfEachPurpose()
    {
        await using var connections = Open(new DatabaseOptions(), DatabaseOptions.ProductionPoolSize);

        var settings = new NpgsqlConnectionStringBuilder(connections.Interactive.ConnectionString);
        Assert.Equal((5, 100, 1800, 300), (settings.MinPoolSize, settings.MaxPoolSize, settings.ConnectionLifetime, settings.ConnectionIdleLifetime));
        Assert.Equal(("5s", "1min", "0"), (
            await ScalarAsync(connections.Interactive, "show statement_timeout"),
            await ScalarAsync(connections.Sweep, "show statement_timeout"),
            await ScalarAsync(connections.StreamOrLock, "show statement_timeout")));
        Assert.Equal((60, 60, 15), (KeepAlive(connections.Interactive), KeepAlive(connections.Sweep), KeepAlive(connections.StreamOrLock)));
        await using var development = Open(new DatabaseOptions(), DatabaseOptions.DevelopmentPoolSize);
        Assert.Equal(20, new NpgsqlConnectionStringBuilder(development.Interactive.ConnectionString).MaxPoolSize);
    }

    [Fact]
    public async Task Open_StatementThatTakesTooLong_IsEndedByTheServer()
    {
        await using var connections = Open(new DatabaseOptions { StatementTimeout = TimeSpan.FromMilliseconds(50) });

        var refusal = await Assert.ThrowsAsync<PostgresException>(() => ScalarAsync(connections.Interactive, "select pg_sleep(30)::text"));

        Assert.Equal(PostgresErrorCodes.QueryCanceled, refusal.SqlState);
        Assert.Equal("swept", await ScalarAsync(connections.Sweep, "select 'swept' from pg_sleep(0.1)"));
    }

    [Fact]
    public async Task Open_ConnectionStringSaysMore_Wins()
    {
        await using var connections = Open(
            new DatabaseOptions { PoolSize = 50 }, 100, "Maximum Pool Size=7;Connection Idle Lifetime=60;Keepalive=9;Options=-c statement_timeout=9000");

        var settings = new NpgsqlConnectionStringBuilder(connections.Interactive.ConnectionString);
        Assert.Equal((7, 60, 9), (settings.MaxPoolSize, settings.ConnectionIdleLifetime, settings.KeepAlive));
        Assert.Equal("9s", await ScalarAsync(connections.Interactive, "show statement_timeout"));
    }

    [Theory]
    [InlineData(null, 1L)]
    [InlineData(0, 0L)]
    public async Task Open_StatementThatRepeats_IsPreparedWhereTheSettingSaysSo(int? setting, long prepared)
    {
        await using var connections = Open(new DatabaseOptions { PreparedStatements = setting });
        await using var connection = await connections.Interactive.OpenConnectionAsync();
        for (var repetition = 0; repetition < 3; repetition++)
        {
            await using var command = new NpgsqlCommand("select 'hot'", connection);
            await command.ExecuteScalarAsync();
        }

        await using var count = new NpgsqlCommand("select count(*) from pg_prepared_statements where statement = 'select ''hot'''", connection);
        Assert.Equal(prepared, await count.ExecuteScalarAsync());
    }

    [Fact]
    public async Task Close_InsideATransactionThatFailed_LeavesNothingToTheNext()
    {
        await using var connections = Open(new DatabaseOptions { PoolSize = 2, MinPoolSize = 0 }, more: "Maximum Pool Size=1");
        await using (var connection = await connections.Interactive.OpenConnectionAsync())
        {
            _ = await connection.BeginTransactionAsync();
            await ExecuteAsync(connection, "create temporary table left_behind (x int)");
            await Assert.ThrowsAsync<PostgresException>(() => ExecuteAsync(connection, "select 1 / 0"));
        }

        Assert.Null(await ScalarAsync(connections.Interactive, "select to_regclass('left_behind')::text"));
    }

    [Fact]
    public async Task Open_BehindATransactionPooler_AsksForNothingThatASessionWouldKeep()
    {
        await using var connections = Open(new DatabaseOptions { TransactionPooler = true, StatementTimeout = TimeSpan.FromSeconds(1) });

        var settings = new NpgsqlConnectionStringBuilder(connections.Interactive.ConnectionString);
        Assert.Equal((null, 0, true), (settings.Options, settings.MaxAutoPrepare, settings.NoResetOnClose));
        var late = await Assert.ThrowsAsync<NpgsqlException>(() => ScalarAsync(connections.Interactive, "select pg_sleep(30)::text"));
        Assert.IsType<TimeoutException>(late.InnerException);
    }

    [Fact]
    public async Task MigrateAsync_UnderATimeOut_WaitsForItsTurnAndLeavesTheTimeOut()
    {
        await using var connections = Open(new DatabaseOptions { PoolSize = 2, StatementTimeout = TimeSpan.FromMilliseconds(200) });
        await using var other = await database.DataSource.OpenConnectionAsync();
        await ExecuteAsync(other, "select pg_advisory_lock(x'7377617468'::bigint)");

        var migrating = SwathMigrator.MigrateAsync(connections.Interactive);
        await using (var waiting = new NpgsqlCommand("select 1 from pg_sleep(0.5)", other))
            await waiting.ExecuteScalarAsync();
        Assert.False(migrating.IsCompleted);
        await ExecuteAsync(other, "select pg_advisory_unlock(x'7377617468'::bigint)");

        Assert.Empty(await migrating);
        Assert.Equal("200ms", await ScalarAsync(connections.Interactive, "show statement_timeout"));
    }

    private static int KeepAlive(NpgsqlDataSource connections) => new NpgsqlConnectionStringBuilder(connections.ConnectionString).KeepAlive;

    private SwathConnections Open(DatabaseOptions options, int poolSize = 20, string more = "") =>
        SwathConnections.Open($"{database.ConnectionString};{more}", options, poolSize);

    private static async Task<string?> ScalarAsync(NpgsqlDataSource connections, string sql)
    {
        await using var command = connections.CreateCommand(sql);
        return await command.ExecuteScalarAsync() as string;
    }

    private static async Task ExecuteAsync(NpgsqlConnection connection, string sql)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync();
    }
}
