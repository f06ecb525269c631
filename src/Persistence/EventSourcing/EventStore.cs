using Microsoft.Extensions.Logging;
using Npgsql;
using Swath.Persistence.Outbox;

namespace Swath.Persistence.EventSourcing;

/// <summary>All that the sagas of one kind share in this process: locks, cache, group commit and the rows that lag behind.</summary>
internal sealed class EventStore<TState> : IAsyncDisposable where TState : class, IFold<TState>
{
    private readonly EventStreamReader<TState> _reader;
    private readonly LiveStreamCache<TState> _cache;
    private readonly GroupCommit<TState> _commit;
    private readonly RowsBehind<TState> _rows;
    private readonly ICommitListener<TState>[] _listeners;

    public EventStore(NpgsqlDataSource database, StreamModel<TState> model, MessageLog log, OwnMessages own, TimeProvider time, ILogger<EventStore<TState>> logger,
        IEnumerable<ICommitListener<TState>> listeners)
    {
        (Model, Messages, Time, Logger) = (model, log, time, logger);
        _listeners = [.. listeners];
        _reader = new EventStreamReader<TState>(database, model);
        _cache = new LiveStreamCache<TState>(model.Options.CachedSagas);
        _commit = new GroupCommit<TState>(database, model, log, own);
        _rows = new RowsBehind<TState>(_commit, Locks, model.Options.RowInterval, time, logger);
    }

    public StreamModel<TState> Model { get; }

    /// <summary>Where what the sagas send is written with their events.</summary>
    public MessageLog Messages { get; }

    public TimeProvider Time { get; }

    public ILogger Logger { get; }

    public StreamLocks Locks { get; } = new();

    public bool Remembers(Guid jobId) => _cache.TryGet(jobId, out _);

    /// <summary>The head of a stream, and whether it is only what this process remembers.</summary>
    public async ValueTask<(LiveStream<TState>? Stream, bool Remembered)> LoadAsync(Guid jobId, CancellationToken cancellationToken) =>
        _cache.TryGet(jobId, out var live)
            ? (live, true)
            : (await _reader.FoldAsync(jobId, cancellationToken).ConfigureAwait(false), false);

    /// <summary>True when another process appended to the stream since it was remembered; it is forgotten then.</summary>
    public async Task<bool> IsOutdatedAsync(Guid jobId, int version, CancellationToken cancellationToken)
    {
        if (!await _reader.HasNewerThanAsync(jobId, version, cancellationToken).ConfigureAwait(false))
            return false;
        Forget(jobId);
        return true;
    }

    public Task<AppendOutcome> AppendAsync(PendingAppend<TState> append) => _commit.AppendAsync(append);

    /// <summary>Whether an event must be written with its row: it changes the state, or the row was not written lately.</summary>
    public bool WritesRow(LiveStream<TState> live, TState next) =>
        live.State.Status != next.Status || live.RowWrittenAt is not { } at || Time.GetElapsedTime(at) >= Model.Options.RowInterval;

    /// <summary>Writes all rows that lag behind.</summary>
    public Task WriteRowsAsync() => _rows.WriteAllAsync();

    /// <summary>Keeps the head of a stream after a commit, unless nothing more can happen to it.</summary>
    public void Remember(Guid jobId, LiveStream<TState> live)
    {
        if (live.IsRowBehind)
            _rows.Add(jobId, live);
        if (Model.IsFinal(live.State))
            _cache.Remove(jobId);
        else
            _cache.Put(jobId, live);
    }

    /// <summary>Tells the listeners of a commit.</summary>
    public void Committed(TState before, TState after)
    {
        foreach (var listener in _listeners)
            listener.Committed(before, after);
    }

    public void Forget(Guid jobId) => _cache.Remove(jobId);

    public async ValueTask DisposeAsync()
    {
        await _rows.DisposeAsync().ConfigureAwait(false);
        await _commit.DisposeAsync().ConfigureAwait(false);
    }
}
