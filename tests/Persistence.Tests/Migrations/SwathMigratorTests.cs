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

    private static async Task<NpgsqlDataSource> EmptyDatabaseAsync()
    {
        var server = await PostgresServer.GetAsync();
        var name = $"empty_{Guid.NewGuid():N}";
        await using var create = server.DataSource.CreateCommand($"create database {name}");
        await create.ExecuteNonQueryAsync();
        return NpgsqlDataSource.Create(server.ConnectionStringFor(name));
    }
}
