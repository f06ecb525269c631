using Microsoft.Extensions.Logging;
using Npgsql;
using NpgsqlTypes;

namespace Swath.Persistence.Notifications;

/// <summary>
/// Wakes whoever listens to a channel, in this process at once and in the others a moment later. One a process. The first goes to
/// the database at once, and what is sent in the 10 ms after it together; as statements of their own, never inside a transaction that writes: a
/// commit with a notification holds a lock of the whole cluster while it flushes. Call it after the commit. One that is lost costs the listener a tick.
/// </summary>
public sealed class NotificationSender(NpgsqlDataSource database, ILogger<NotificationSender> logger)
{
    private static readonly TimeSpan Coalescing = TimeSpan.FromMilliseconds(10);

    // Nothing is lost that matters, so nobody waits for the disk.
    private const string Notify =
        "select set_config('synchronous_commit', 'off', true), pg_notify(s.channel, s.payload)::text from unnest($1, $2) as s (channel, payload)";

    private readonly Lock _gate = new();
    private readonly Dictionary<string, List<Action<string>>> _listeners = new(StringComparer.Ordinal);
    private readonly HashSet<(int Backend, string Channel, string Payload)> _echoes = [];
    private HashSet<(string Channel, string Payload)> _waiting = [];
    private Task _sending = Task.CompletedTask;
    private long? _sentAt;

    /// <summary>Sends, in a moment and without waiting. Any thread may; the listeners of this process are called before it returns.</summary>
    /// <param name="channel">The channel.</param>
    /// <param name="payload">What the listeners are given; below 8 000 bytes.</param>
    public void Send(string channel, string payload = "")
    {
        Action<string>[] here;
        lock (_gate)
        {
            here = _listeners.TryGetValue(channel, out var listeners) ? [.. listeners] : [];
            if (_waiting.Add((channel, payload)) && _waiting.Count == 1)
                _sending = SendAfterAsync(_sending);
        }

        foreach (var heard in here)
            heard(payload);
    }

    /// <summary>Waits until all that was sent so far has reached the database, or was lost: for the end of a process.</summary>
    public Task FlushAsync(CancellationToken cancellationToken = default)
    {
        lock (_gate)
            return _sending.WaitAsync(cancellationToken);
    }

    /// <summary>Calls a listener of this process directly, until the answer is disposed.</summary>
    /// <param name="channel">The channel.</param>
    /// <param name="heard">Is given each payload; must not block.</param>
    internal IDisposable Listen(string channel, Action<string> heard)
    {
        lock (_gate)
        {
            if (!_listeners.TryGetValue(channel, out var listeners))
                _listeners[channel] = listeners = [];
            listeners.Add(heard);
        }

        return new Listening(this, channel, heard);
    }

    /// <summary>Whether a notification from the database is one of this process, whose listeners have heard it already.</summary>
    internal bool IsEcho(int backend, string channel, string payload)
    {
        lock (_gate)
            return _echoes.Remove((backend, channel, payload));
    }

    private async Task SendAfterAsync(Task before)
    {
        // The caller holds the gate, and waits for nothing.
        await Task.Yield();
        await before.ConfigureAwait(false);
        // Of the machine, whatever clock the process goes by: it spares the database, and nothing depends on it.
        if (_sentAt is { } sentAt && Coalescing - TimeProvider.System.GetElapsedTime(sentAt) is { Ticks: > 0 } rest)
            await Task.Delay(rest, TimeProvider.System).ConfigureAwait(false);
        _sentAt = TimeProvider.System.GetTimestamp();
        HashSet<(string Channel, string Payload)> due;
        lock (_gate)
            (due, _waiting) = (_waiting, []);
        try
        {
            await NotifyAsync(due).ConfigureAwait(false);
        }
        catch (Exception failure)
        {
            lock (_gate)
                _echoes.Clear();
            logger.LogDebug(failure, "{Count} notifications were lost; who waits for them looks by himself at his next tick", due.Count);
        }
    }

    private async Task NotifyAsync(HashSet<(string Channel, string Payload)> due)
    {
        await using var connection = await database.OpenConnectionAsync().ConfigureAwait(false);
        lock (_gate)
            _echoes.UnionWith(due.Where(sent => _listeners.ContainsKey(sent.Channel)).Select(sent => (connection.ProcessID, sent.Channel, sent.Payload)));
        await using var command = new NpgsqlCommand(Notify, connection);
        command.Parameters.Add(new NpgsqlParameter { Value = due.Select(sent => sent.Channel).ToArray(), NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Text });
        command.Parameters.Add(new NpgsqlParameter { Value = due.Select(sent => sent.Payload).ToArray(), NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Text });
        await command.ExecuteNonQueryAsync().ConfigureAwait(false);
    }

    private sealed class Listening(NotificationSender sender, string channel, Action<string> heard) : IDisposable
    {
        public void Dispose()
        {
            lock (sender._gate)
            {
                if (sender._listeners.TryGetValue(channel, out var listeners) && listeners.Remove(heard) && listeners.Count == 0)
                    sender._listeners.Remove(channel);
            }
        }
    }
}
