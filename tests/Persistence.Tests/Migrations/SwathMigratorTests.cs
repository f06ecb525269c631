using System.Reflection;
using Microsoft.EntityFrameworkCore.Migrations;
using Npgsql;
using Swath.Persistence.Migrations;
using Swath.Testing;

namespace Swath.Persistence.Tests.Migrations;

public sealed class SwathMigratorTests
{
    private static IReadOnlyList<string> Known { get; } = typeof(ScriptMigration).Assembly.GetTypes()
        .Where(type => type.IsSubclassOf(typeof(ScriptMigration)))
        .Select(type => type.GetCustomAttribute<MigrationAttribute>()!.Id)
        .Order(StringComparer.Ordinal)
        .ToList();

    [Fact]
    public void Scripts_EveryOne_HasItsMigrationAndANumberOfItsOwn()
    {
        var scripts = typeof(ScriptMigration).Assembly.GetManifestResourceNames()
            .Where(name => name.EndsWith(".sql", StringComparison.Ordinal))
            .Select(name => Path.GetFileNameWithoutExtension(name))
            .Order(StringComparer.Ordinal);

        Assert.Equal(scripts, Known);
        Assert.All(Known, id => Assert.Matches("^[0-9]{4}_[a-z_]+$", id));
        Assert.Distinct(Known.Select(id => id[..4]));
    }

    [Fact]
    public void Scripts_ThatTakeAwayWhatOlderBinariesUse_SayWhichBinariesMayStillRead()
    {
        string[] taking = ["drop table", "drop column", "rename column", "rename to", "drop view"];
        foreach (var script in typeof(ScriptMigration).Assembly.GetManifestResourceNames().Where(name => name.EndsWith(".sql", StringComparison.Ordinal)))
        {
            using var reader = new StreamReader(typeof(ScriptMigration).Assembly.GetManifestResourceStream(script)!);
            var text = reader.ReadToEnd().ToLowerInvariant();
            if (taking.Any(what => text.Contains(what, StringComparison.Ordinal)))
                Assert.Contains("minimum_reader", text, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task MigrateAsync_EmptyDatabase_AppliesAllInOrderAndThenNothing()
    {
        await using var database = await EmptyDatabaseAsync();

        Assert.Equal(Known, await SwathMigrator.PendingAsync(database));
        Assert.Equal(Known, await SwathMigrator.MigrateAsync(database));
        Assert.Empty(await SwathMigrator.MigrateAsync(database));
        Assert.Empty(await SwathMigrator.PendingAsync(database));
    }

    [Fact]
    public async Task MigrateAsync_ManyAtOnce_ExactlyOneApplies()
    {
        await using var database = await EmptyDatabaseAsync();

        var applied = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => SwathMigrator.MigrateAsync(database)));

        Assert.Equal(Known, Assert.Single(applied, ids => ids.Count > 0));
    }

    [Fact]
    public async Task CreateDatabaseAsync_Always_IsMigrated()
    {
        await using var database = await PostgresServer.CreateDatabaseAsync();

        Assert.Empty(await SwathMigrator.PendingAsync(database.DataSource));
        Assert.Equal(0L, await database.ScalarAsync<long>("select count(*) from tile_results"));
    }

    [Fact]
    public async Task MigrateAsync_IndexOfALargeTable_IsBuiltBesideWriters()
    {
        await using var database = await PostgresServer.CreateDatabaseAsync();
        await UnbuildFeedIndexAsync(database);
        await database.ExecuteAsync("drop index job_events_feed");
        await using var connection = await database.DataSource.OpenConnectionAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        await using (var open = new NpgsqlCommand(Append, connection, transaction) { Parameters = { new NpgsqlParameter { Value = Guid.NewGuid() } } })
            await open.ExecuteNonQueryAsync();

        var migrating = SwathMigrator.MigrateAsync(database.DataSource);
        while (await database.ScalarAsync<long>("select count(*) from pg_index where indexrelid = to_regclass('job_events_feed')") == 0)
            Assert.False(migrating.IsCompleted);
        await database.ExecuteAsync("set lock_timeout = '2s'; " + Append.Replace("$1", "gen_random_uuid()", StringComparison.Ordinal));
        Assert.False(migrating.IsCompleted);
        await transaction.CommitAsync();

        Assert.Equal(["0021_event_feed"], await migrating);
        Assert.True(await database.ScalarAsync<bool>(IsValid));
    }

    [Fact]
    public async Task MigrateAsync_IndexThatWasLeftHalfBuilt_IsBuiltAnew()
    {
        await using var database = await PostgresServer.CreateDatabaseAsync();
        await UnbuildFeedIndexAsync(database);
        await database.ExecuteAsync("update pg_index set indisvalid = false where indexrelid = 'job_events_feed'::regclass");

        Assert.Equal(["0021_event_feed"], await SwathMigrator.MigrateAsync(database.DataSource));

        Assert.True(await database.ScalarAsync<bool>(IsValid));
    }

    [Fact]
    public async Task MigrateAsync_TableThatSomebodyHolds_IsWaitedForWithoutHoldingUpOthers()
    {
        await using var database = await EmptyDatabaseAsync();
        await SwathMigrator.MigrateAsync(database);
        await ExecuteAsync(database, "delete from swath_migrations where \"MigrationId\" = '0014_skipped_tiles'; alter table tile_results drop column skipped; alter table jobs drop column tiles_skipped");
        await using var connection = await database.OpenConnectionAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        await using (var look = new NpgsqlCommand("select count(*) from jobs", connection, transaction))
            await look.ExecuteScalarAsync();

        var migrating = SwathMigrator.MigrateAsync(database);
        while (await ScalarAsync<long>(database, "select count(*) from pg_locks where relation = 'jobs'::regclass and not granted") == 0)
            Assert.True(!migrating.IsCompleted, migrating.Exception?.ToString());

        // Behind a lock that waits, this would wait for as long.
        await ExecuteAsync(database, "set statement_timeout = '5s'; select count(*) from jobs");
        await transaction.CommitAsync();
        Assert.Equal(["0014_skipped_tiles"], await migrating);
    }

    [Fact]
    public async Task CheckAsync_DatabaseOfANewerRelease_IsRefusedWithASentenceUnlessItAllowsThisOne()
    {
        await using var database = await PostgresServer.CreateDatabaseAsync();
        await SwathMigrator.CheckAsync(database.DataSource, SchemaUse.Write);
        await database.ExecuteAsync("insert into swath_migrations values ('0999_from_the_future', '10.0.0')");

        // What only adds changes no minimum.
        await SwathMigrator.CheckAsync(database.DataSource, SchemaUse.Write);
        await database.ExecuteAsync("update schema_compatibility set minimum_writer = 999");
        await SwathMigrator.CheckAsync(database.DataSource, SchemaUse.Read);
        var writing = await Assert.ThrowsAsync<NewerDatabaseException>(() => SwathMigrator.CheckAsync(database.DataSource, SchemaUse.Write));
        await database.ExecuteAsync("update schema_compatibility set minimum_reader = 999");
        var reading = await Assert.ThrowsAsync<NewerDatabaseException>(() => SwathMigrator.CheckAsync(database.DataSource, SchemaUse.Read));
        await database.ExecuteAsync("drop table schema_compatibility");
        await Assert.ThrowsAsync<NewerDatabaseException>(() => SwathMigrator.CheckAsync(database.DataSource, SchemaUse.Read));

        Assert.Contains("no longer write to it", writing.Message, StringComparison.Ordinal);
        Assert.Contains("0999_from_the_future. Run the newer release.", reading.Message, StringComparison.Ordinal);
    }

    private const string Append =
        "insert into job_events (job_id, version, message_id, type, data, occurred_at) values ($1, 1, gen_random_uuid(), 'port-reached.v1', '{}', now())";

    private const string IsValid = "select indisvalid from pg_index where indexrelid = 'job_events_feed'::regclass";

    private static Task<int> UnbuildFeedIndexAsync(TestDatabase database) =>
        database.ExecuteAsync("delete from swath_migrations where \"MigrationId\" = '0021_event_feed'");

    private static async Task ExecuteAsync(NpgsqlDataSource database, string sql)
    {
        await using var command = database.CreateCommand(sql);
        await command.ExecuteNonQueryAsync();
    }

    private static async Task<T> ScalarAsync<T>(NpgsqlDataSource database, string sql)
    {
        await using var command = database.CreateCommand(sql);
        return (T)(await command.ExecuteScalarAsync())!;
    }

    private static async Task<NpgsqlDataSource> EmptyDatabaseAsync()
    {
        var server = await PostgresServer.GetAsync();
        var name = $"empty_{Guid.NewGuid():N}";
        await using var create = server.DataSource.CreateCommand($"create database {name}");
        await create.ExecuteNonQueryAsync();
        return NpgsqlDataSource.Create(server.ConnectionStringFor(name));
    }
}
