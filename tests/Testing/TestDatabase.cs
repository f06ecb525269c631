using Npgsql;
using Swath.Persistence.Embedded;

namespace Swath.Testing;

/// <summary>A fresh, migrated database on the shared server. Disposing closes its connections and drops it.</summary>
public sealed class TestDatabase : IAsyncDisposable
{
    private readonly EmbeddedPostgres? _dropFrom;

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

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await DataSource.DisposeAsync();
        if (_dropFrom is null)
            return;
        await using var drop = _dropFrom.DataSource.CreateCommand($"drop database if exists {Name} with (force)");
        await drop.ExecuteNonQueryAsync();
    }

    private NpgsqlCommand CommandFor(string sql, object?[] parameters)
    {
        var command = DataSource.CreateCommand(sql);
        foreach (var parameter in parameters)
            command.Parameters.Add(new NpgsqlParameter { Value = parameter ?? DBNull.Value });
        return command;
    }
}
