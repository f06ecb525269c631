using Npgsql;

namespace Swath.Testing;

/// <summary>A database for one test class: <c>public sealed class Tests(DatabaseFixture database) : IClassFixture&lt;DatabaseFixture&gt;</c>.</summary>
public sealed class DatabaseFixture : IAsyncLifetime
{
    private TestDatabase? _database;

    /// <summary>The database, fresh and migrated.</summary>
    public TestDatabase Database => _database ?? throw new InvalidOperationException("xunit has not initialised this fixture yet.");

    /// <summary>Npgsql connection string.</summary>
    public string ConnectionString => Database.ConnectionString;

    /// <summary>Connections to it.</summary>
    public NpgsqlDataSource DataSource => Database.DataSource;

    /// <inheritdoc cref="TestDatabase.FollowAsync"/>
    public Task FollowAsync(FakeTimeProvider clock) => Database.FollowAsync(clock);

    /// <inheritdoc/>
    public async Task InitializeAsync() => _database = await PostgresServer.CreateDatabaseAsync();

    /// <inheritdoc/>
    public async Task DisposeAsync()
    {
        if (_database is not null)
            await _database.DisposeAsync();
    }
}
