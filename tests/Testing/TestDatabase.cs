using Npgsql;
using Swath.Persistence.Embedded;

namespace Swath.Testing;

/// <summary>A fresh, migrated database on the shared server. Disposing closes its connections and drops it.</summary>
public sealed class TestDatabase : IAsyncDisposable
{
    private readonly EmbeddedPostgres? _dropFrom;
    private FakeTimeProvider? _clock;
    private TimeSpan _ahead;

    /// <param name="server">Where it is.</param>
    /// <param name="name">Its name.</param>
    /// <param name="drop">False where the server goes with it.</param>
    internal TestDatabase(EmbeddedPostgres server, string name, bool drop = true)
    {
        _dropFrom = drop ? server : null;
        Name = name;
        ConnectionString = server.ConnectionStringFor(name);
        DataSource = NpgsqlDataSource.Create(ConnectionString);
    }

    /// <summary>The database's name.</summary>
    public string Name { get; }

    /// <summary>Npgsql connection string.</summary>
    public string ConnectionString { get; }

    /// <summary>Connections to it.</summary>
    public NpgsqlDataSource DataSource { get; }

    /// <summary>Runs statements and returns how many rows they touched.</summary>
    public async Task<int> ExecuteAsync(string sql, params object?[] parameters)
    {
        await using var command = CommandFor(sql, parameters);
        return await command.ExecuteNonQueryAsync();
    }

    /// <summary>The first column of the first row; default when there is none or it is null.</summary>
    public async Task<T?> ScalarAsync<T>(string sql, params object?[] parameters)
    {
        await using var command = CommandFor(sql, parameters);
        return await command.ExecuteScalarAsync() is T value ? value : default;
    }

    /// <summary>
    /// Makes a test's clock this database's own: from now on <c>swath_now()</c> tells its time, and when <see cref="FakeTimeProvider.Advance"/> fires a
    /// timer or returns, the next statement sees it. The clock of an earlier call moves nothing any more.
    /// </summary>
    /// <param name="clock">The test's clock.</param>
    /// <param name="ahead">How far the database's clock is ahead of it.</param>
    public async Task FollowAsync(FakeTimeProvider clock, TimeSpan ahead = default)
    {
        Unfollow();
        _ahead = ahead;
        await ExecuteAsync("create unlogged table if not exists test_clock (only_row boolean primary key default true check (only_row), at timestamptz not null)");
        SetClock(clock.GetUtcNow());
        await ExecuteAsync("create or replace function swath_now() returns timestamptz language sql stable parallel safe as 'select at from test_clock'");
        _clock = clock;
        clock.Moved += SetClock;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        Unfollow();
        await DataSource.DisposeAsync();
        if (_dropFrom is null)
            return;
        await using var drop = _dropFrom.DataSource.CreateCommand($"drop database if exists {Name} with (force)");
        await drop.ExecuteNonQueryAsync();
    }

    private void Unfollow()
    {
        if (_clock is not null)
            _clock.Moved -= SetClock;
        _clock = null;
    }

    // Inside FakeTimeProvider.Advance, which doesn't wait for tasks.
    private void SetClock(DateTimeOffset now)
    {
        using var command = CommandFor("insert into test_clock (at) values ($1) on conflict (only_row) do update set at = excluded.at", [now.ToUniversalTime() + _ahead]);
        command.ExecuteNonQuery();
    }

    private NpgsqlCommand CommandFor(string sql, object?[] parameters)
    {
        var command = DataSource.CreateCommand(sql);
        foreach (var parameter in parameters)
            command.Parameters.Add(new NpgsqlParameter { Value = parameter ?? DBNull.Value });
        return command;
    }
}
