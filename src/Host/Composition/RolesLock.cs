using Npgsql;

namespace Swath.Host.Composition;

/// <summary>
/// Says who runs roles on a database. With the in-memory transport that is one process at a time, which holds this advisory lock alone;
/// processes that meet at a broker share it. It is bound to a connection of its own, so that it ends with the process, however that ends.
/// </summary>
internal sealed class RolesLock : IAsyncDisposable
{
    // "SWATH" in ASCII: any constant that nobody else in the database uses.
    private const long Key = 0x5357415448;

    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    private readonly string _connectionString;
    private readonly bool _shared;
    private readonly CancellationTokenSource _released = new();
    private readonly CancellationTokenSource _lost = new();
    private readonly Task _watch;
    private NpgsqlConnection _connection;

    private RolesLock(string connectionString, bool shared, NpgsqlConnection connection)
    {
        _connectionString = connectionString;
        _shared = shared;
        _connection = connection;
        _watch = WatchAsync();
    }

    /// <summary>Cancelled when the connection broke and another process took the lock meanwhile: the roles of this one must end.</summary>
    public CancellationToken Lost => _lost.Token;

    /// <summary>The lock, or null while another process holds it in a way that does not go with this one's.</summary>
    /// <param name="connectionString">The database.</param>
    /// <param name="shared">True where any number of processes may run roles.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    public static async Task<RolesLock?> TryTakeAsync(string connectionString, bool shared, CancellationToken cancellationToken)
    {
        // Outside the pool, which would keep the session, and so the lock, after it is closed.
        var unpooled = new NpgsqlConnectionStringBuilder(connectionString) { Pooling = false }.ConnectionString;
        return await TryConnectAsync(unpooled, shared, cancellationToken) is { } connection ? new RolesLock(unpooled, shared, connection) : null;
    }

    /// <summary>Whether some process holds it.</summary>
    /// <param name="database">The database.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <param name="alone">Only a process that leaves no room for others counts.</param>
    public static async Task<bool> IsHeldAsync(NpgsqlDataSource database, CancellationToken cancellationToken, bool alone = false)
    {
        await using var command = database.CreateCommand(
            """
            SELECT EXISTS (SELECT FROM pg_locks
                           WHERE locktype = 'advisory' AND classid = ($1 >> 32)::int::oid AND objid = ($1 & 4294967295)::oid AND granted AND (mode = 'ExclusiveLock' OR NOT $2))
            """);
        command.Parameters.AddWithValue(Key);
        command.Parameters.AddWithValue(alone);
        return await command.ExecuteScalarAsync(cancellationToken) is true;
    }

    public async ValueTask DisposeAsync()
    {
        await _released.CancelAsync();
        await _watch;
        await _connection.DisposeAsync();
        _released.Dispose();
        _lost.Dispose();
    }

    /// <summary>Notices when the session ends under the lock (the database restarted), and takes it again.</summary>
    private async Task WatchAsync()
    {
        while (!_released.IsCancellationRequested)
        {
            try
            {
                await _connection.WaitAsync(_released.Token);
            }
            catch (OperationCanceledException) when (_released.IsCancellationRequested)
            {
                return;
            }
            catch (Exception)
            {
                // However it broke, the lock went with it.
                if (await RetakeAsync())
                    continue;
                if (!_released.IsCancellationRequested)
                    await _lost.CancelAsync();
                return;
            }
        }
    }

    /// <returns>False when another process has it, or when it is not wanted any more.</returns>
    private async Task<bool> RetakeAsync()
    {
        await _connection.DisposeAsync();
        while (!_released.IsCancellationRequested)
        {
            try
            {
                if (await TryConnectAsync(_connectionString, _shared, _released.Token) is not { } connection)
                    return false;
                _connection = connection;
                return true;
            }
            catch (Exception) when (!_released.IsCancellationRequested)
            {
                // The database is still away: nobody else can have taken the lock either.
                await Task.Delay(Pause, TimeProvider.System, _released.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
            catch (OperationCanceledException)
            {
                return false;
            }
        }

        return false;
    }

    private static async Task<NpgsqlConnection?> TryConnectAsync(string connectionString, bool shared, CancellationToken cancellationToken)
    {
        var connection = new NpgsqlConnection(connectionString);
        try
        {
            await connection.OpenAsync(cancellationToken);
            await using var command = new NpgsqlCommand(shared ? "SELECT pg_try_advisory_lock_shared($1)" : "SELECT pg_try_advisory_lock($1)", connection) { Parameters = { new() { Value = Key } } };
            if (await command.ExecuteScalarAsync(cancellationToken) is true)
                return connection;
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }

        await connection.DisposeAsync();
        return null;
    }
}
