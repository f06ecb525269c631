using System.Threading.Channels;
using Npgsql;
using Swath.Persistence.Outages;

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

    private readonly Channel<PendingAppend<TState>> _pending = Channel.CreateUnbounded<PendingAppend<TState>>(new UnboundedChannelOptions { SingleReader = true });
    private readonly NpgsqlDataSource _database;
    private readonly StreamModel<TState> _model;
    private readonly Task _loop;
    private NpgsqlConnection? _connection;
    private GroupStatement<TState>? _statement;

    public GroupCommit(NpgsqlDataSource database, StreamModel<TState> model)
    {
        _database = database;
        _model = model;
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
    }

    private async Task CommitGroupsAsync()
    {
        var group = new List<PendingAppend<TState>>(_model.Options.GroupSize);
        while (await _pending.Reader.WaitToReadAsync().ConfigureAwait(false))
        {
            group.Clear();
            while (group.Count < _model.Options.GroupSize && _pending.Reader.TryRead(out var append))
                group.Add(append);
            group.Sort(static (a, b) => a.JobId.CompareTo(b.JobId));
            await CommitAsync(group).ConfigureAwait(false);
        }
    }

    private async Task CommitAsync(List<PendingAppend<TState>> group)
    {
        for (var attempt = 0; ; attempt++)
        {
            try
            {
                await TryCommitAsync(group).ConfigureAwait(false);
                return;
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

    private async Task TryCommitAsync(List<PendingAppend<TState>> group)
    {
        var statement = _statement ?? await ConnectAsync().ConfigureAwait(false);
        var appended = await statement.ExecuteAsync(group, CancellationToken.None).ConfigureAwait(false);
        var duplicates = appended.Count == group.Count
            ? null
            : await FindDuplicatesAsync(group.FindAll(p => !appended.Contains(p.JobId))).ConfigureAwait(false);
        foreach (var append in group)
        {
            append.Complete(appended.Contains(append.JobId) ? AppendOutcome.Appended
                : duplicates!.Contains(append.JobId) ? AppendOutcome.Duplicate
                : AppendOutcome.Conflict);
        }
    }

    private async Task<HashSet<Guid>> FindDuplicatesAsync(List<PendingAppend<TState>> losers)
    {
        await using var command = new NpgsqlCommand(FindDuplicates, _connection)
        {
            Parameters =
            {
                new NpgsqlParameter<Guid[]> { TypedValue = [.. losers.Select(p => p.JobId)] },
                new NpgsqlParameter<Guid[]> { TypedValue = [.. losers.Select(p => p.MessageId)] },
            },
        };
        var duplicates = new HashSet<Guid>();
        await using var reader = await command.ExecuteReaderAsync().ConfigureAwait(false);
        while (await reader.ReadAsync().ConfigureAwait(false))
            duplicates.Add(reader.GetGuid(0));
        return duplicates;
    }

    private async Task<GroupStatement<TState>> ConnectAsync()
    {
        _connection = await _database.OpenConnectionAsync().ConfigureAwait(false);
        _statement = new GroupStatement<TState>(_model, _connection);
        await _statement.PrepareAsync(CancellationToken.None).ConfigureAwait(false);
        return _statement;
    }

    private async Task DisconnectAsync()
    {
        _statement?.Dispose();
        _statement = null;
        if (_connection is { } connection)
        {
            _connection = null;
            await connection.DisposeAsync().ConfigureAwait(false);
        }
    }
}
