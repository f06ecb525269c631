using System.Collections.Concurrent;
using System.Data;
using System.Threading.Channels;
using Npgsql;
using Swath.Persistence.Outages;
using Swath.Persistence.Outbox;

namespace Swath.Persistence.EventSourcing;

/// <summary>
/// One loop that commits what has gathered while the last commit was on its way to the disk. One statement is one transaction,
/// so the messages of a group share the cost of its commit; each of them succeeds or fails by itself.
/// </summary>
internal sealed class GroupCommit<TState> : IAsyncDisposable where TState : class, IFold<TState>
{
    private const string FindDuplicates =
        """
        select e.job_id
        from unnest($1::uuid[], $2::uuid[]) as u (job_id, message_id)
        join job_events e on e.job_id = u.job_id and e.message_id = u.message_id
        """;

    // Of the jobs, those whose rows nobody has locked.
    private const string FindUnlocked = "select job_id from jobs where job_id = any($1) for no key update skip locked";
    private const string FindRows = "select job_id from jobs where job_id = any($1)";

    // How long a group waits for a row that somebody else has locked, and how long an event does that is tried by itself for that.
    private const string BriefLocks = "set lock_timeout = '100ms'";
    private const string LongLocks = "set lock_timeout = '2s'";
    private const string UsualLocks = "reset lock_timeout";
    private const int Alone = 4;

    private readonly Channel<PendingAppend<TState>> _pending = Channel.CreateUnbounded<PendingAppend<TState>>(new UnboundedChannelOptions { SingleReader = true });
    private readonly ConcurrentDictionary<Guid, bool> _locked = new();
    private readonly NpgsqlDataSource _database;
    private readonly StreamModel<TState> _model;
    private readonly MessageLog _log;
    private readonly OwnMessages _own;
    private readonly SemaphoreSlim _alone = new(Alone, Alone);
    private readonly Task _loop;
    private NpgsqlConnection? _connection;
    private GroupStatement<TState>? _statement;

    public GroupCommit(NpgsqlDataSource database, StreamModel<TState> model, MessageLog log, OwnMessages own)
    {
        _database = database;
        _model = model;
        _log = log;
        _own = own;
        _loop = Task.Run(CommitGroupsAsync);
    }

    /// <summary>Commits an event together with whatever else is waiting.</summary>
    /// <exception cref="NpgsqlException">The database refused it or can't be reached; nothing of it is stored, or it is found as a duplicate when tried again.</exception>
    public Task<AppendOutcome> AppendAsync(PendingAppend<TState> append)
    {
        if (!_pending.Writer.TryWrite(append))
            throw new ObjectDisposedException(nameof(GroupCommit<TState>), "The event store is shutting down; the message is handled after the next start.");
        return append.Outcome;
    }

    public async ValueTask DisposeAsync()
    {
        _pending.Writer.TryComplete();
        await _loop.ConfigureAwait(false);
        await DisconnectAsync().ConfigureAwait(false);
        for (var i = 0; i < Alone; i++)
            await _alone.WaitAsync().ConfigureAwait(false);
        _alone.Dispose();
    }

    private async Task CommitGroupsAsync()
    {
        var group = new List<PendingAppend<TState>>(_model.Options.GroupSize);
        while (await _pending.Reader.WaitToReadAsync().ConfigureAwait(false))
        {
            group.Clear();
            while (group.Count < _model.Options.GroupSize && _pending.Reader.TryRead(out var append))
            {
                // Until its row is free, it would only hold up the others.
                if (_locked.ContainsKey(append.JobId))
                    _ = CommitAloneAsync(append);
                else
                    group.Add(append);
            }
            group.Sort(static (a, b) => a.JobId.CompareTo(b.JobId));
            if (group.Count > 0)
                await CommitAsync(group).ConfigureAwait(false);
        }
    }

    private async Task CommitAsync(List<PendingAppend<TState>> group)
    {
        for (var attempt = 0; group.Count > 0; attempt++)
        {
            try
            {
                var statement = _statement ?? await ConnectAsync().ConfigureAwait(false);
                await TryCommitAsync(_connection!, statement, group).ConfigureAwait(false);
                return;
            }
            catch (PostgresException e) when (e.SqlState == PostgresErrorCodes.LockNotAvailable)
            {
                await SetLockedAsideAsync(group).ConfigureAwait(false);
            }
            catch (Exception e) when (DatabaseAway.IsCauseOf(e) && attempt < _model.Options.TransientRetries)
            {
                // A deadlock with somebody else's batch, or a lost connection. What did get committed before the connection broke is found as a duplicate.
                await DisconnectAsync().ConfigureAwait(false);
            }
            catch (Exception e) when (DatabaseAway.IsCauseOf(e))
            {
                // One by one they would fare no better, and each would wait for the connection's time-out.
                await DisconnectAsync().ConfigureAwait(false);
                foreach (var append in group)
                    append.Fail(e);
                return;
            }
            catch (Exception) when (group.Count > 1)
            {
                // One of them can't be stored: the others must not fail with it.
                await DisconnectAsync().ConfigureAwait(false);
                foreach (var append in group)
                    await CommitAsync([append]).ConfigureAwait(false);
                return;
            }
            catch (Exception e)
            {
                await DisconnectAsync().ConfigureAwait(false);
                group[0].Fail(e);
                return;
            }
        }
    }

    // Somebody else has locked a row: the events of that job are tried by themselves, and the others go on. Where it can't be told whose it is, each by itself.
    private async Task SetLockedAsideAsync(List<PendingAppend<TState>> group)
    {
        HashSet<Guid> free = [], there = [];
        try
        {
            Guid[] jobs = [.. group.Select(append => append.JobId)];
            free = await ReadIdsAsync(_connection!, FindUnlocked, jobs).ConfigureAwait(false);
            there = await ReadIdsAsync(_connection!, FindRows, jobs).ConfigureAwait(false);
        }
        catch (Exception e) when (DatabaseAway.IsCauseOf(e))
        {
            await DisconnectAsync().ConfigureAwait(false);
        }
        var locked = group.FindAll(append => there.Contains(append.JobId) && !free.Contains(append.JobId));
        if (locked.Count == 0)
            locked = [.. group];
        group.RemoveAll(locked.Contains);
        foreach (var append in locked)
            _ = CommitAloneAsync(append);
    }

    private async Task CommitAloneAsync(PendingAppend<TState> append)
    {
        _locked[append.JobId] = true;
        await _alone.WaitAsync().ConfigureAwait(false);
        try
        {
            await using var connection = await _database.OpenConnectionAsync().ConfigureAwait(false);
            await ExecuteAsync(connection, LongLocks).ConfigureAwait(false);
            try
            {
                using var statement = new GroupStatement<TState>(_model, connection);
                await TryCommitAsync(connection, statement, [append]).ConfigureAwait(false);
                _locked.TryRemove(append.JobId, out _);
            }
            finally
            {
                await ForgetLocksAsync(connection).ConfigureAwait(false);
            }
        }
        catch (Exception e)
        {
            // The message is tried again later, as it is while the database is away; by itself, until that succeeds.
            if (e is not PostgresException { SqlState: PostgresErrorCodes.LockNotAvailable })
                _locked.TryRemove(append.JobId, out _);
            append.Fail(e);
        }
        finally
        {
            _alone.Release();
        }
    }

    private async Task TryCommitAsync(NpgsqlConnection connection, GroupStatement<TState> statement, List<PendingAppend<TState>> group)
    {
        var entry = group.Exists(append => append.Outgoing.Count > 0) ? _log.Open() : null;
        var backend = connection.ProcessID;
        HashSet<Guid> appended;
        try
        {
            appended = await statement.ExecuteAsync(group, _log.Writer, entry?.Seq ?? 0, CancellationToken.None).ConfigureAwait(false);
        }
        catch (PostgresException) when (entry is not null)
        {
            _log.Abandon();
            throw;
        }
        catch when (entry is not null)
        {
            _own.FindOut(backend, entry);
            throw;
        }

        if (entry is not null)
        {
            var messages = group.Sum(append => appended.Contains(append.JobId) ? append.Outgoing.Count : 0);
            entry.Expect(messages);
            if (messages == 0)
                _log.Abandon();
        }
        foreach (var append in group)
        {
            if (!append.IsEvent || appended.Contains(append.JobId))
                append.Complete(AppendOutcome.Appended, append.Outgoing.Count > 0 ? entry : null);
        }
        group.RemoveAll(append => append.Outcome.IsCompleted);
        if (group.Count == 0)
            return;

        var duplicates = await FindDuplicatesAsync(connection, group).ConfigureAwait(false);
        foreach (var append in group)
            append.Complete(duplicates.Contains(append.JobId) ? AppendOutcome.Duplicate : AppendOutcome.Conflict);
    }

    private static async Task<HashSet<Guid>> FindDuplicatesAsync(NpgsqlConnection connection, List<PendingAppend<TState>> losers)
    {
        await using var command = new NpgsqlCommand(FindDuplicates, connection)
        {
            Parameters =
            {
                new NpgsqlParameter<Guid[]> { TypedValue = [.. losers.Select(p => p.JobId)] },
                new NpgsqlParameter<Guid[]> { TypedValue = [.. losers.Select(p => p.MessageId)] },
            },
        };
        return await ReadIdsAsync(command).ConfigureAwait(false);
    }

    private static async Task<HashSet<Guid>> ReadIdsAsync(NpgsqlConnection connection, string statement, Guid[] jobs)
    {
        await using var command = new NpgsqlCommand(statement, connection) { Parameters = { new NpgsqlParameter<Guid[]> { TypedValue = jobs } } };
        return await ReadIdsAsync(command).ConfigureAwait(false);
    }

    private static async Task<HashSet<Guid>> ReadIdsAsync(NpgsqlCommand command)
    {
        var ids = new HashSet<Guid>();
        await using var reader = await command.ExecuteReaderAsync().ConfigureAwait(false);
        while (await reader.ReadAsync().ConfigureAwait(false))
            ids.Add(reader.GetGuid(0));
        return ids;
    }

    private static async Task ExecuteAsync(NpgsqlConnection connection, string statement)
    {
        await using var command = new NpgsqlCommand(statement, connection);
        await command.ExecuteNonQueryAsync().ConfigureAwait(false);
    }

    private async Task<GroupStatement<TState>> ConnectAsync()
    {
        _connection = await _database.OpenConnectionAsync().ConfigureAwait(false);
        await ExecuteAsync(_connection, BriefLocks).ConfigureAwait(false);
        _statement = new GroupStatement<TState>(_model, _connection);
        await _statement.PrepareAsync(CancellationToken.None).ConfigureAwait(false);
        return _statement;
    }

    private async Task DisconnectAsync()
    {
        _statement?.Dispose();
        _statement = null;
        if (_connection is not { } connection)
            return;
        _connection = null;
        await ForgetLocksAsync(connection).ConfigureAwait(false);
        await connection.DisposeAsync().ConfigureAwait(false);
    }

    // Back in the pool, it is anybody's.
    private static async Task ForgetLocksAsync(NpgsqlConnection connection)
    {
        try
        {
            if (connection.State == ConnectionState.Open)
                await ExecuteAsync(connection, UsualLocks).ConfigureAwait(false);
        }
        catch (NpgsqlException)
        {
            // Broken, it does not go back.
        }
    }
}
