using System.Threading.Channels;
using MassTransit;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Npgsql;
using Swath.Persistence.Notifications;

namespace Swath.Persistence.Outbox;

/// <summary>
/// Delivers, from memory, the messages of transactions of this process as soon as they are known to be committed: those of one job in the order
/// of their commits. Above a bound they are left to <c>message_pending</c>, as is what can't be delivered.
/// </summary>
internal sealed class OwnMessages : IAsyncDisposable
{
    private const int Lanes = 8;
    private const int MostInMemory = 10_000;
    private static readonly TimeSpan ShortestPause = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(1);

    private readonly MessageLog _log;
    private readonly LeftMessages _left;
    private readonly UndecidedAppends _undecided;
    private readonly OutboxOptions _options;
    private readonly IServiceProvider _services;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly AsyncSignal _hurry = new(TimeProvider.System);
    private readonly CancellationTokenSource _stopping = new();
    private readonly Lock _gate = new();
    private readonly Lane?[] _lanes = new Lane?[Lanes];
    private Task _deciding = Task.CompletedTask;
    private int _inMemory;

    public OwnMessages(
        MessageLog log, LeftMessages left, NpgsqlDataSource database, IServiceProvider services, IOptions<OutboxOptions> options, TimeProvider time, ILogger<OwnMessages> logger)
    {
        (_log, _left, _services, _time, _logger) = (log, left, services, time, logger);
        _undecided = new UndecidedAppends(database);
        _options = options.Value;
    }

    /// <summary>Delivers the messages of a row that is committed.</summary>
    public void Deliver(LogEntry entry, IReadOnlyList<OutgoingMessage> messages)
    {
        entry.Expect(messages.Count);
        Interlocked.Add(ref _inMemory, messages.Count);
        foreach (var message in messages)
            LaneOf(message).Writer.TryWrite((entry, message));
    }

    /// <summary>Delivers them when their transaction, which is the caller's, has committed.</summary>
    public void DeliverAfter(string transaction, LogEntry entry, IReadOnlyList<OutgoingMessage> messages) =>
        Add(new UndecidedAppend(entry, transaction, null, Volatile.Read(ref _inMemory) < MostInMemory ? messages : null));

    /// <summary>Finds out what became of a row whose connection broke, and sees to its messages.</summary>
    /// <param name="backend">The server's process that was at it.</param>
    /// <param name="entry">The row.</param>
    public void FindOut(int backend, LogEntry entry) => Add(new UndecidedAppend(entry, null, backend, null));

    /// <summary>A transaction has committed: asks now.</summary>
    public void Hurry() => _hurry.Ring();

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync().ConfigureAwait(false);
        Task[] running;
        lock (_gate)
            running = [_deciding, .. _lanes.Select(lane => lane?.Running ?? Task.CompletedTask)];
        await Task.WhenAll(running).ConfigureAwait(false);
        _hurry.Dispose();
        _stopping.Dispose();
    }

    private void Add(UndecidedAppend append)
    {
        Interlocked.Add(ref _inMemory, append.Messages?.Count ?? 0);
        _undecided.Add(append);
        lock (_gate)
        {
            if (_deciding.IsCompleted)
                _deciding = Task.Run(DecideAsync);
        }
    }

    private async Task DecideAsync()
    {
        try
        {
            for (var pause = ShortestPause; ;)
            {
                await _hurry.WaitAsync(pause, _stopping.Token).ConfigureAwait(false);
                var decided = await TryDecideAsync().ConfigureAwait(false);
                lock (_gate)
                {
                    // Who adds after this begins anew.
                    if (_undecided.IsEmpty)
                    {
                        _deciding = Task.CompletedTask;
                        return;
                    }
                }
                pause = decided ? ShortestPause : pause * 2 < LongestPause ? pause * 2 : LongestPause;
            }
        }
        catch (OperationCanceledException)
        {
            // Stopping: the rows stay in the log, if they are there, and are found.
        }
    }

    private async Task<bool> TryDecideAsync()
    {
        try
        {
            var decided = await _undecided.DecideAsync(_log.Writer, _stopping.Token).ConfigureAwait(false);
            foreach (var (append, isCommitted) in decided)
                await SeeToAsync(append, isCommitted).ConfigureAwait(false);
            return decided.Count > 0;
        }
        catch (Exception e) when (!_stopping.IsCancellationRequested)
        {
            _logger.LogWarning(e, "Whether messages were committed can't be told at present; it is asked again");
            return false;
        }
    }

    private async Task SeeToAsync(UndecidedAppend append, bool isCommitted)
    {
        Interlocked.Add(ref _inMemory, -(append.Messages?.Count ?? 0));
        if (isCommitted && append.Messages is { } messages)
        {
            Deliver(append.Entry, messages);
            return;
        }
        try
        {
            if (isCommitted)
                await _left.TakeAsync(_log.Writer, [append.Entry.Seq], _stopping.Token).ConfigureAwait(false);
            _log.Settle(append.Entry);
        }
        catch
        {
            _undecided.Add(append with { Messages = null });
            throw;
        }
    }

    private Lane LaneOf(OutgoingMessage message)
    {
        ref var lane = ref _lanes[(uint)(message.JobId ?? message.MessageId).GetHashCode() % Lanes];
        if (lane is not null)
            return lane;
        lock (_gate)
        {
            if (lane is null)
            {
                var channel = Channel.CreateUnbounded<(LogEntry, OutgoingMessage)>(new UnboundedChannelOptions { SingleReader = true });
                lane = new Lane(channel.Writer, Task.Run(() => RunAsync(channel.Reader)));
            }
            return lane;
        }
    }

    private async Task RunAsync(ChannelReader<(LogEntry Entry, OutgoingMessage Message)> messages)
    {
        try
        {
            var bus = _services.GetRequiredService<IBusControl>();
            await bus.WaitForHealthStatus(BusHealthStatus.Healthy, _stopping.Token).ConfigureAwait(false);
            var isAway = false;
            await foreach (var (entry, message) in messages.ReadAllAsync(_stopping.Token).ConfigureAwait(false))
            {
                Interlocked.Decrement(ref _inMemory);
                isAway = isAway && bus.CheckHealth().Status != BusHealthStatus.Healthy;
                _log.Handing(message, entry);
                if (isAway)
                    _log.Fail(message, entry, null);
                else
                    isAway = !await TrySendAsync(bus, entry, message).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException)
        {
            // Stopping: what is not settled is in the log.
        }
    }

    private async Task<bool> TrySendAsync(IBus bus, LogEntry entry, OutgoingMessage message)
    {
        try
        {
            await MessageDelivery.SendAsync(bus, message, _options, _time, _stopping.Token).ConfigureAwait(false);
            _log.Handed(message, entry);
            return true;
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            _log.Fail(message, entry, e);
            return false;
        }
    }

    private sealed record Lane(ChannelWriter<(LogEntry, OutgoingMessage)> Writer, Task Running);
}
