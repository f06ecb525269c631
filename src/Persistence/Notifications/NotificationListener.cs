using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Swath.Persistence.Notifications;

/// <summary>
/// Hears one of the database's notification channels (https://www.postgresql.org/docs/current/sql-listen.html) for as long as the process runs, over a
/// connection of its own. When that breaks it says so and opens another; whoever depends on it must look by itself at a slow tick.
/// </summary>
/// <param name="database">Where to listen.</param>
/// <param name="time">The clock of the pause before another connection is tried.</param>
/// <param name="logger">Is told when the connection breaks.</param>
/// <param name="sender">What this process sends itself: heard without the way over the database.</param>
public abstract class NotificationListener(NpgsqlDataSource database, TimeProvider time, ILogger logger, NotificationSender? sender = null) : BackgroundService
{
    private IDisposable? _here;

    /// <summary>The channel.</summary>
    protected abstract string Channel { get; }

    /// <summary>What it means that nothing is heard, for the log.</summary>
    protected abstract string MeaningOfSilence { get; }

    /// <summary>How long to wait before another connection is tried. Default 1 s.</summary>
    protected virtual TimeSpan Pause => TimeSpan.FromSeconds(1);

    /// <summary>Called for each notification, on the connection's thread: must not block.</summary>
    /// <param name="payload">What the sender gave; null when listening has just begun, for whatever happened before.</param>
    protected abstract void Heard(string? payload);

    public override Task StartAsync(CancellationToken cancellationToken)
    {
        _here = sender?.Listen(Channel, Heard);
        return base.StartAsync(cancellationToken);
    }

    protected sealed override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var here = _here;
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await ListenAsync(stoppingToken).ConfigureAwait(false);
            }
            catch (Exception failure) when (!stoppingToken.IsCancellationRequested)
            {
                logger.LogWarning(failure, "The notifications of {Channel} broke off and are tried again in {Pause}: {Meaning}", Channel, Pause, MeaningOfSilence);
                await Task.Delay(Pause, time, stoppingToken).ConfigureAwait(false);
            }
        }
    }

    private async Task ListenAsync(CancellationToken stoppingToken)
    {
        await using var connection = await database.OpenConnectionAsync(stoppingToken).ConfigureAwait(false);
        connection.Notification += (_, notification) =>
        {
            if (sender?.IsEcho(notification.PID, notification.Channel, notification.Payload) != true)
                Heard(notification.Payload);
        };
        await using (var listen = new NpgsqlCommand($"listen {Channel}", connection))
            await listen.ExecuteNonQueryAsync(stoppingToken).ConfigureAwait(false);
        Heard(null);
        while (true)
            await connection.WaitAsync(stoppingToken).ConfigureAwait(false);
    }
}
