using Npgsql;

namespace Swath.Host.Composition;

/// <summary>
/// With the in-memory transport one process at a time runs roles on a database: the one that holds this advisory lock. It is bound to
/// a connection of its own, so that it ends with the process, however that ends.
/// </summary>
internal sealed class RolesLock : IAsyncDisposable
{
    // "SWATH" in ASCII: any constant that nobody else in the database uses.
    private const long Key = 0x5357415448;

    private readonly NpgsqlConnection _connection;

    private RolesLock(NpgsqlConnection connection) => _connection = connection;

    /// <summary>The lock, or null while another process holds it.</summary>
    public static async Task<RolesLock?> TryTakeAsync(string connectionString, CancellationToken cancellationToken)
    {
        // Outside the pool, which would keep the session, and so the lock, after it is closed.
        var unpooled = new NpgsqlConnectionStringBuilder(connectionString) { Pooling = false, KeepAlive = 30 }.ConnectionString;
        var connection = new NpgsqlConnection(unpooled);
        try
        {
            await connection.OpenAsync(cancellationToken);
            await using var command = new NpgsqlCommand("SELECT pg_try_advisory_lock($1)", connection) { Parameters = { new() { Value = Key } } };
            if (await command.ExecuteScalarAsync(cancellationToken) is true)
                return new RolesLock(connection);
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }

        await connection.DisposeAsync();
        return null;
    }

    /// <summary>Whether some process holds it.</summary>
    public static async Task<bool> IsHeldAsync(NpgsqlDataSource database, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(
            """
            SELECT EXISTS (SELECT FROM pg_locks
                           WHERE locktype = 'advisory' AND classid = ($1 >> 32)::int::oid AND objid = ($1 & 4294967295)::oid AND granted)
            """);
        command.Parameters.AddWithValue(Key);
        return await command.ExecuteScalarAsync(cancellationToken) is true;
    }

    public ValueTask DisposeAsync() => _connection.DisposeAsync();
}
