using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Npgsql;
using NpgsqlTypes;

namespace Swath.Persistence.Outbox;

/// <summary>
/// The messages that this process commits and delivers from memory. A row of <c>message_log</c> stands for as long as one of its messages is not settled:
/// should the process die, another finds it there (<see cref="LeftMessages"/>). Rows are removed many at a time and a moment late; what is
/// delivered twice for that, consumers recognise.
/// </summary>
internal sealed class MessageLog : IAsyncDisposable
{
    private static readonly TimeSpan Moment = TimeSpan.FromSeconds(1);

    // What the writer's row costs, an idle process does not pay.
    private static readonly TimeSpan IdleAfter = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan RenewAfter = LeftMessages.Lease / 3;

    private readonly NpgsqlDataSource _database;
    private readonly PendingMessages _pending;
    private readonly OutboxOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly SemaphoreSlim _statement = new(1, 1);
    private readonly CancellationTokenSource _stopping = new();
    private readonly Lock _gate = new();

    // Only where a message is settled by its consumer.
    private readonly ConcurrentDictionary<Guid, LogEntry?> _inHand = new();
    private List<long> _settled = [];
    private List<Guid> _settledPending = [];
    private List<(LogEntry Entry, FailedMessage Failure)> _failed = [];
    private long _seq;
    private long _unsettled;
    private long _lastUse;
    private long _renewed;
    private bool _registered;
    private Task? _loop;

    public MessageLog(NpgsqlDataSource database, PendingMessages pending, IOptions<OutboxOptions> options, TimeProvider time, ILogger<MessageLog> logger) =>
        (_database, _pending, _options, _time, _logger) = (database, pending, options.Value, time, logger);

    /// <summary>This process in the database, from its start to its end.</summary>
    public Guid Writer { get; } = Guid.CreateVersion7();

    /// <summary>Messages that were sent and not yet consumed, where that is what settles them.</summary>
    public int InHand => _inHand.Count;

    /// <summary>Makes the process known, before it takes messages of others into its hand.</summary>
    public ValueTask RegisterAsync(CancellationToken cancellationToken)
    {
        Volatile.Write(ref _lastUse, _time.GetTimestamp());
        return Volatile.Read(ref _registered) ? ValueTask.CompletedTask : new ValueTask(RenewAsync(cancellationToken));
    }

    /// <summary>A row that is about to be written.</summary>
    public LogEntry Open()
    {
        Interlocked.Increment(ref _unsettled);
        Volatile.Write(ref _lastUse, _time.GetTimestamp());

        // Not waited for, as the caller may be inside a transaction: what is delivered by another too, for a process that nobody knows yet, is delivered twice.
        if (!Volatile.Read(ref _registered))
            Begin();
        return new LogEntry(Interlocked.Increment(ref _seq));
    }

    /// <summary>The row was not written, or has no message.</summary>
    public void Abandon() => Interlocked.Decrement(ref _unsettled);

    /// <summary>A message is about to be handed to the transport.</summary>
    /// <param name="message">The message.</param>
    /// <param name="entry">Its row in the log; null for one of <c>message_pending</c>.</param>
    public void Handing(OutgoingMessage message, LogEntry? entry)
    {
        if (WaitsForConsumer(message))
            _inHand[message.MessageId] = entry;
    }

    /// <summary>The transport has it.</summary>
    public void Handed(OutgoingMessage message, LogEntry? entry)
    {
        if (!WaitsForConsumer(message))
            Settle(message.MessageId, entry);
    }

    /// <summary>The transport has not taken it, or not said so: it is tried again, apart from the others.</summary>
    public void Fail(OutgoingMessage message, LogEntry entry, Exception? cause)
    {
        if (!WaitsForConsumer(message) || _inHand.TryRemove(message.MessageId, out _))
            PutAside(entry, new FailedMessage(message.MessageId, cause?.Message));
    }

    /// <summary>It was consumed.</summary>
    public void Consumed(Guid messageId)
    {
        if (_inHand.TryRemove(messageId, out var entry))
            Settle(messageId, entry);
    }

    /// <summary>Its consumer has failed for good.</summary>
    public void Faulted(Guid messageId, Exception cause)
    {
        if (!_inHand.TryRemove(messageId, out var entry))
            return;
        if (entry is not null)
            PutAside(entry, new FailedMessage(messageId, cause.Message));
        else
            _ = PutBackAsync(messageId, cause);
    }

    /// <summary>Whether the consumer of a message settles it, and not the transport that takes it.</summary>
    public bool WaitsForConsumer(OutgoingMessage message) =>
        // Published, it may have no consumer, and may have many.
        _options.TransportForgets && message.Destination.Scheme != MessageDelivery.PublishScheme;

    /// <summary>The transport has not taken a message of <c>message_pending</c>.</summary>
    public void Release(Guid messageId) => _inHand.TryRemove(messageId, out _);

    /// <summary>All messages of a row are kept in <c>message_pending</c> from now on, or the row does not exist.</summary>
    public void Settle(LogEntry entry)
    {
        lock (_gate)
            _settled.Add(entry.Seq);
        Interlocked.Decrement(ref _unsettled);
        Begin();
    }

    /// <summary>Writes down what was settled and what failed since the last time, and that the process lives.</summary>
    public async Task FlushAsync(CancellationToken cancellationToken)
    {
        await _statement.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            await PutAsideAsync(cancellationToken).ConfigureAwait(false);
            await RemoveSettledAsync(cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            _statement.Release();
        }

        var now = _time.GetTimestamp();
        var isIdle = Volatile.Read(ref _unsettled) == 0 && _inHand.IsEmpty && _time.GetElapsedTime(Volatile.Read(ref _lastUse), now) >= IdleAfter;
        if (isIdle && _registered)
            await UnregisterAsync(cancellationToken).ConfigureAwait(false);
        else if (!isIdle && (!_registered || _time.GetElapsedTime(Volatile.Read(ref _renewed), now) >= RenewAfter))
            await RenewAsync(cancellationToken).ConfigureAwait(false);
    }

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync().ConfigureAwait(false);
        if (Volatile.Read(ref _loop) is { } loop)
            await loop.ConfigureAwait(false);
        if (_registered || _settled.Count > 0)
        {
            await TryFlushAsync(CancellationToken.None).ConfigureAwait(false);
            try
            {
                // What is left, in hand or undecided, is anybody's at once.
                await LeftMessages.LeaveAsync(_database, Writer, CancellationToken.None).ConfigureAwait(false);
            }
            catch (Exception e)
            {
                _logger.LogWarning(e, "The database was not told that this process ends: what it leaves is delivered when its lease is over");
            }
        }
        _stopping.Dispose();
        _statement.Dispose();
    }

    private void Settle(Guid messageId, LogEntry? entry)
    {
        if (entry is null)
        {
            lock (_gate)
                _settledPending.Add(messageId);
        }
        else if (entry.Settle())
        {
            lock (_gate)
                _settled.Add(entry.Seq);
            Interlocked.Decrement(ref _unsettled);
        }
        Begin();
    }

    private void PutAside(LogEntry entry, FailedMessage failure)
    {
        lock (_gate)
            _failed.Add((entry, failure));
        Begin();
    }

    private async Task PutBackAsync(Guid messageId, Exception cause)
    {
        try
        {
            await _pending.PutBackAsync([new FailedMessage(messageId, cause.Message)], isCounted: true, CancellationToken.None).ConfigureAwait(false);
        }
        catch (Exception e)
        {
            // It stays this process's, and is found when that has ended.
            _logger.LogWarning(e, "Message {MessageId} failed, and that could not be written down", messageId);
        }
    }

    private async Task PutAsideAsync(CancellationToken cancellationToken)
    {
        List<(LogEntry Entry, FailedMessage Failure)> failed;
        lock (_gate)
        {
            if (_failed.Count == 0)
                return;
            (failed, _failed) = (_failed, []);
        }
        try
        {
            foreach (var batch in failed.Chunk(_options.BatchSize))
                await _pending.MoveAsync(Writer, batch, cancellationToken).ConfigureAwait(false);
        }
        catch
        {
            lock (_gate)
                _failed.AddRange(failed);
            throw;
        }
        foreach (var (entry, failure) in failed)
        {
            if (failure.Error is not null)
                _logger.LogWarning("Message {MessageId} could not be delivered and is tried again: {Reason}", failure.MessageId, failure.Error);
            Settle(failure.MessageId, entry);
        }
        _pending.Wake();
    }

    private async Task RemoveSettledAsync(CancellationToken cancellationToken)
    {
        List<long> settled;
        List<Guid> pending;
        lock (_gate)
        {
            (settled, _settled) = (_settled, []);
            (pending, _settledPending) = (_settledPending, []);
        }
        if (settled.Count == 0 && pending.Count == 0)
            return;
        try
        {
            await using var batch = _database.CreateBatch();
            if (settled.Count > 0)
                batch.BatchCommands.Add(LeftMessages.Removal(Writer, settled));
            if (pending.Count > 0)
                batch.BatchCommands.Add(PendingMessages.Removal(pending));
            await batch.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);
        }
        catch
        {
            lock (_gate)
            {
                _settled.AddRange(settled);
                _settledPending.AddRange(pending);
            }
            throw;
        }
    }

    private async Task RenewAsync(CancellationToken cancellationToken)
    {
        await _statement.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            await LeftMessages.RenewAsync(_database, Writer, cancellationToken).ConfigureAwait(false);
            Volatile.Write(ref _renewed, _time.GetTimestamp());
            Volatile.Write(ref _registered, true);
        }
        finally
        {
            _statement.Release();
        }
        Begin();
    }

    private async Task UnregisterAsync(CancellationToken cancellationToken)
    {
        await _statement.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            // Who opens a row after this registers anew, and waits for this statement first.
            Volatile.Write(ref _registered, false);
            if (Volatile.Read(ref _unsettled) != 0)
            {
                Volatile.Write(ref _registered, true);
                return;
            }
            await LeftMessages.LeaveAsync(_database, Writer, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            _statement.Release();
        }
    }

    private void Begin()
    {
        if (Volatile.Read(ref _loop) is not null)
            return;
        lock (_gate)
            _loop ??= Task.Run(FlushNowAndThenAsync);
    }

    private async Task FlushNowAndThenAsync()
    {
        using var timer = new PeriodicTimer(Moment, _time);
        try
        {
            await TryFlushAsync(_stopping.Token).ConfigureAwait(false);
            while (await timer.WaitForNextTickAsync(_stopping.Token).ConfigureAwait(false))
                await TryFlushAsync(_stopping.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            // Stopping; the disposer flushes.
        }
    }

    private async Task TryFlushAsync(CancellationToken cancellationToken)
    {
        try
        {
            await FlushAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e) when (e is not OperationCanceledException || !cancellationToken.IsCancellationRequested)
        {
            _logger.LogWarning(e, "What was delivered could not be written down; it is tried again, and after a crash some messages would be delivered twice");
        }
    }
}
