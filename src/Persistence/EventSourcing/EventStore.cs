using Microsoft.Extensions.Logging;
using Npgsql;

namespace Swath.Persistence.EventSourcing;

/// <summary>All that the sagas of one kind share in this process: locks, cache, group commit and watermark.</summary>
internal sealed class EventStore<TState>(
    NpgsqlDataSource database, StreamModel<TState> model, TimeProvider time, ILogger<EventStore<TState>> logger, IEnumerable<ICommitListener<TState>> listeners)
    : IAsyncDisposable
    where TState : class, IFold<TState>
{
    // Without effect on a message that did not come through the outbox. Delivered in any case, even if its delivery was rolled back.
    private const string MarkConsumed = "update outbox set consumed_at = $1, delivered_at = coalesce(delivered_at, $1) where message_id = $2";

    private readonly EventStreamReader<TState> _reader = new(database, model);
    private readonly ICommitListener<TState>[] _listeners = [.. listeners];
    private readonly LiveStreamCache<TState> _cache = new(model.Options.CachedSagas);
    private readonly GroupCommit<TState> _commit = new(database, model);

    public StreamModel<TState> Model { get; } = model;

    public TimeProvider Time { get; } = time;

    public ILogger Logger { get; } = logger;

    public StreamLocks Locks { get; } = new();

    public DeliveryWatermark Watermark { get; } = new(database, model.Options.WatermarkInterval, time, logger);

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

    public Task<string?> UndeliveredAsync(Guid jobId, Guid messageId, CancellationToken cancellationToken) =>
        _reader.UndeliveredAsync(jobId, messageId, cancellationToken);

    /// <summary>Notes that a message was handled though it left no event, so that it is not delivered again.</summary>
    public async Task MarkConsumedAsync(Guid messageId, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(MarkConsumed);
        command.Parameters.Add(new NpgsqlParameter<DateTimeOffset> { TypedValue = Time.GetUtcNow() });
        command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = messageId });
        await command.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Keeps the head of a stream after a commit, unless nothing more can happen to it.</summary>
    public void Remember(Guid jobId, LiveStream<TState> live)
    {
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
        await _commit.DisposeAsync().ConfigureAwait(false);
        await Watermark.DisposeAsync().ConfigureAwait(false);
    }
}
