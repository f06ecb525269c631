using Npgsql;
using Swath.Persistence.Placement;

namespace Swath.Worker.Assembly;

/// <summary>
/// The right to assemble one job, which one process has at a time. It is an advisory lock of an open transaction, so that a process that dies gives it up too,
/// and a pooler may stand between. The transaction touches no table: it is in no migration's way, and keeps no row's older versions.
/// </summary>
internal sealed class AssemblyTurn : IAsyncDisposable
{
    // The saga's state, as it stands in the jobs table.
    private const string Assembling = "Assembling";

    private readonly NpgsqlDataSource _database;
    private readonly NpgsqlConnection _connection;
    private readonly NpgsqlTransaction _transaction;
    private readonly Guid _jobId;

    private AssemblyTurn(NpgsqlDataSource database, NpgsqlConnection connection, NpgsqlTransaction transaction, Guid jobId) =>
        (_database, _connection, _transaction, _jobId) = (database, connection, transaction, jobId);

    /// <summary>Takes the turn, or leaves it: whoever has it brings the job to its end, or is asked again.</summary>
    /// <param name="locks">Connections that may be held for as long as assembling takes.</param>
    /// <param name="database">Connections for questions.</param>
    /// <param name="jobId">The job.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>Null when another has it.</returns>
    public static async Task<AssemblyTurn?> TryTakeAsync(NpgsqlDataSource locks, NpgsqlDataSource database, Guid jobId, CancellationToken cancellationToken)
    {
        var connection = await locks.OpenConnectionAsync(cancellationToken);
        try
        {
            var transaction = await connection.BeginTransactionAsync(cancellationToken);
            await using var command = new NpgsqlCommand($"select pg_try_advisory_xact_lock({JobLocks.Assembling("$1")})", connection, transaction)
            {
                Parameters = { new() { Value = jobId } },
            };
            if (await command.ExecuteScalarAsync(cancellationToken) is true)
                return new AssemblyTurn(database, connection, transaction, jobId);
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }

        await connection.DisposeAsync();
        return null;
    }

    /// <summary>True while the job waits for its result, and the turn was not lost.</summary>
    /// <exception cref="NpgsqlException">The connection ended, and the turn with it.</exception>
    public async Task<bool> IsAssemblingAsync(CancellationToken cancellationToken)
    {
        await using (var alive = new NpgsqlCommand("select 1", _connection, _transaction))
            await alive.ExecuteScalarAsync(cancellationToken);

        // Elsewhere: here it would lock the table against changes of its schema for as long as the turn lasts.
        await using var command = _database.CreateCommand("select state from jobs where job_id = $1");
        command.Parameters.AddWithValue(_jobId);
        return await command.ExecuteScalarAsync(cancellationToken) is Assembling;
    }

    public async ValueTask DisposeAsync()
    {
        try
        {
            await _transaction.DisposeAsync();
        }
        catch (NpgsqlException)
        {
            // The connection is gone, and so is its lock.
        }
        finally
        {
            await _connection.DisposeAsync();
        }
    }
}
