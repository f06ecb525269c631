using System.Collections.Concurrent;
using Npgsql;
using Swath.Persistence.Outages;

namespace Swath.Persistence.Losses;

/// <summary>
/// Counts how often a process was lost in the middle of a job's command. The broker delivers such a command again, and without a count it would go on
/// ending one process after another. Every managed end counts as an end, also a failure or a shutdown.
/// </summary>
public sealed class CommandLosses(NpgsqlDataSource database) : IDisposable
{
    /// <summary>The measuring of a job's image.</summary>
    public const string Measuring = "measuring";

    /// <summary>The assembling of a job's result.</summary>
    public const string Assembling = "assembling";

    private readonly ConcurrentDictionary<(Guid JobId, string Command), bool> _inHand = new();
    private readonly PlacesToWork _places = new();

    // A command that ended well or badly while the database was away: the row is wrong, and this process knows it.
    private readonly ConcurrentDictionary<(Guid JobId, string Command), bool> _ended = new();

    /// <summary>
    /// Waits for a place to work on a command. One that was begun before without an end works alone in its process: should it be what ends
    /// processes, nothing else is counted with it.
    /// </summary>
    /// <returns>The place, to be disposed at the end; null when this process is at the same command already, whose answer serves both.</returns>
    public async Task<IDisposable?> EnterAsync(Guid jobId, string command, CancellationToken cancellationToken)
    {
        if (!_inHand.TryAdd((jobId, command), true))
            return null;
        try
        {
            return await _places.EnterAsync(
                alone: await WasLostAsync(jobId, command, cancellationToken), () => _inHand.TryRemove((jobId, command), out _), cancellationToken);
        }
        catch
        {
            _inHand.TryRemove((jobId, command), out _);
            throw;
        }
    }

    private async Task<bool> WasLostAsync(Guid jobId, string command, CancellationToken cancellationToken)
    {
        if (_ended.ContainsKey((jobId, command)))
            return false;
        await using var begun = database.CreateCommand("select exists (select from commands_begun where job_id = $1 and command = $2)");
        begun.Parameters.AddWithValue(jobId);
        begun.Parameters.AddWithValue(command);
        return await begun.ExecuteScalarAsync(cancellationToken) is true;
    }

    /// <summary>Writes down that a command is begun.</summary>
    /// <returns>How often it was begun before without an end.</returns>
    public async Task<int> BeginAsync(Guid jobId, string command, CancellationToken cancellationToken)
    {
        // Served by the primary key; the table holds what is under way and what was lost. What nobody asked for in a week is over.
        await using var begin = database.CreateCommand(
            """
            with old as (delete from commands_begun where last_begun_at < now() - interval '7 days' and (job_id, command) <> ($1, $2))
            insert into commands_begun as b (job_id, command, times, last_begun_at) values ($1, $2, 1, now())
            on conflict (job_id, command) do update set times = case when $3 then 1 else b.times + 1 end, last_begun_at = now()
            returning times
            """);
        begin.Parameters.AddWithValue(jobId);
        begin.Parameters.AddWithValue(command);
        begin.Parameters.AddWithValue(_ended.ContainsKey((jobId, command)));
        int times;
        try
        {
            times = (int)(await begin.ExecuteScalarAsync(cancellationToken))!;
        }
        catch (Exception e) when (DatabaseAway.IsCauseOf(e))
        {
            // It may stand there though the answer is lost: nothing was begun.
            _ended[(jobId, command)] = true;
            throw;
        }

        _ended.TryRemove((jobId, command), out _);
        return times - 1;
    }

    /// <summary>Writes down that a command has ended, however it did; a database that is away is remembered, not thrown.</summary>
    public async Task EndAsync(Guid jobId, string command)
    {
        try
        {
            await using var end = database.CreateCommand("delete from commands_begun where job_id = $1 and command = $2");
            end.Parameters.AddWithValue(jobId);
            end.Parameters.AddWithValue(command);
            await end.ExecuteNonQueryAsync(CancellationToken.None);
        }
        catch (Exception e) when (DatabaseAway.IsCauseOf(e))
        {
            _ended[(jobId, command)] = true;
        }
    }

    public void Dispose() => _places.Dispose();
}
