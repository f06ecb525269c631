using System.Data;
using Npgsql;
using Swath.Persistence.Placement;

namespace Swath.Worker.Assembly;

/// <summary>
/// The right to assemble one job: whoever else wants to waits until it is given up. It is an advisory lock of a database session, so
/// that a process that dies gives it up too.
/// </summary>
internal sealed class AssemblyTurn : IAsyncDisposable
{
    // The saga's state, as it stands in the jobs table.
    private const string Assembling = "Assembling";

    private static readonly TimeSpan Glance = TimeSpan.FromSeconds(1);

    private readonly NpgsqlConnection _connection;
    private readonly Guid _jobId;

    private AssemblyTurn(NpgsqlConnection connection, Guid jobId) => (_connection, _jobId) = (connection, jobId);

    /// <summary>Takes the turn, and waits for it as long as another has it.</summary>
    public static async Task<AssemblyTurn> TakeAsync(NpgsqlDataSource database, Guid jobId, CancellationToken cancellationToken)
    {
        var turn = new AssemblyTurn(await database.OpenConnectionAsync(cancellationToken), jobId);
        try
        {
            // Not pg_advisory_lock, which would wait in the server: a statement that takes so long is cancelled there.
            while (await turn.AskAsync($"select pg_try_advisory_lock({JobLocks.Assembling("$1")})", cancellationToken) is not true)
                await Task.Delay(Glance, TimeProvider.System, cancellationToken);
            return turn;
        }
        catch
        {
            await turn.DisposeAsync();
            throw;
        }
    }

    /// <summary>
    /// True while the job waits for its result. Asked in the session of the lock: an answer also says that the turn was not lost meanwhile.
    /// </summary>
    /// <exception cref="NpgsqlException">The session ended, and the turn with it.</exception>
    public async Task<bool> IsWantedAsync(CancellationToken cancellationToken) =>
        await AskAsync("select state from jobs where job_id = $1", cancellationToken) is Assembling;

    // Back in the pool, a session is reset before its next use, which is too late for those who wait for the lock.
    public async ValueTask DisposeAsync()
    {
        try
        {
            if (_connection.State == ConnectionState.Open)
                await AskAsync("select pg_advisory_unlock_all()", CancellationToken.None);
        }
        catch (NpgsqlException)
        {
            // The session is gone, and so is its lock.
        }
        finally
        {
            await _connection.DisposeAsync();
        }
    }

    private async Task<object?> AskAsync(string question, CancellationToken cancellationToken)
    {
        if (_connection.State != ConnectionState.Open)
            throw new NpgsqlException("The session that held the turn to assemble has ended.");
        await using var command = new NpgsqlCommand(question, _connection);
        if (question.Contains("$1", StringComparison.Ordinal))
            command.Parameters.AddWithValue(_jobId);
        return await command.ExecuteScalarAsync(cancellationToken);
    }
}
