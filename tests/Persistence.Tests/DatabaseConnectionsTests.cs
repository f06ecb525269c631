using Npgsql;
using Swath.Persistence.Migrations;
using Swath.Testing;

namespace Swath.Persistence.Tests;

public sealed class DatabaseConnectionsTests(DatabaseFixture database) : IClassFixture<DatabaseFixture>
{
    [Fact]
    public async Task Open_Defaults_AreThoseOfTheRoleAndTimeOutAfterFiveSeconds()
    {
        await using var connections = Open(new DatabaseOptions(), DatabaseOptions.ProductionPoolSize);

        var settings = new NpgsqlConnectionStringBuilder(connections.ConnectionString);
        Assert.Equal((5, 100, 1800, 300), (settings.MinPoolSize, settings.MaxPoolSize, settings.ConnectionLifetime, settings.ConnectionIdleLifetime));
        Assert.Equal("5s", await ScalarAsync(connections, "show statement_timeout"));
        await using var development = Open(new DatabaseOptions(), DatabaseOptions.DevelopmentPoolSize);
        Assert.Equal(20, new NpgsqlConnectionStringBuilder(development.ConnectionString).MaxPoolSize);
    }

    [Fact]
    public async Task Open_StatementThatTakesTooLong_IsEndedByTheServer()
    {
        await using var connections = Open(new DatabaseOptions { StatementTimeout = TimeSpan.FromMilliseconds(50) });

        var refusal = await Assert.ThrowsAsync<PostgresException>(() => ScalarAsync(connections, "select pg_sleep(30)::text"));

        Assert.Equal(PostgresErrorCodes.QueryCanceled, refusal.SqlState);
    }

    [Fact]
    public async Task Open_ConnectionStringSaysMore_Wins()
    {
        await using var connections = Open(new DatabaseOptions { PoolSize = 50 }, 100, "Maximum Pool Size=7;Connection Idle Lifetime=60;Options=-c statement_timeout=9000");

        var settings = new NpgsqlConnectionStringBuilder(connections.ConnectionString);
        Assert.Equal((7, 60), (settings.MaxPoolSize, settings.ConnectionIdleLifetime));
        Assert.Equal("9s", await ScalarAsync(connections, "show statement_timeout"));
    }

    [Fact]
    public async Task Open_StatementThatRepeats_IsPrepared()
    {
        await using var connections = Open(new DatabaseOptions());
        await using var connection = await connections.OpenConnectionAsync();
        for (var repetition = 0; repetition < 3; repetition++)
        {
            await using var command = new NpgsqlCommand("select 'hot'", connection);
            await command.ExecuteScalarAsync();
        }

        await using var count = new NpgsqlCommand("select count(*) from pg_prepared_statements where statement = 'select ''hot'''", connection);
        Assert.Equal(1L, await count.ExecuteScalarAsync());
    }

    [Fact]
    public async Task MigrateAsync_UnderATimeOut_WaitsForItsTurnAndLeavesTheTimeOut()
    {
        await using var connections = Open(new DatabaseOptions { PoolSize = 2, StatementTimeout = TimeSpan.FromMilliseconds(200) });
        await using var other = await database.DataSource.OpenConnectionAsync();
        await ExecuteAsync(other, "select pg_advisory_lock(x'7377617468'::bigint)");

        var migrating = SwathMigrator.MigrateAsync(connections);
        await using (var waiting = new NpgsqlCommand("select 1 from pg_sleep(0.5)", other))
            await waiting.ExecuteScalarAsync();
        Assert.False(migrating.IsCompleted);
        await ExecuteAsync(other, "select pg_advisory_unlock(x'7377617468'::bigint)");

        Assert.Empty(await migrating);
        Assert.Equal("200ms", await ScalarAsync(connections, "show statement_timeout"));
    }

    private NpgsqlDataSource Open(DatabaseOptions options, int poolSize = 20, string more = "") =>
        DatabaseConnections.Open($"{database.ConnectionString};{more}", options, poolSize);

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
