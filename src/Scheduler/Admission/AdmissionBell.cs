using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Swath.Scheduler.Admission;

/// <summary>
/// Rings when something has happened that admission should look at: a job was queued, capacity was given back, a worker joined
/// (channel <c>swath_admission</c>; the payload is an endpoint, or empty for all).
/// </summary>
public sealed class AdmissionBell(NpgsqlDataSource database, TimeProvider time, ILogger<AdmissionBell> logger) : BackgroundService
{
    private const string Channel = "swath_admission";

    private readonly Lock _gate = new();
    private HashSet<string> _rung = new(StringComparer.Ordinal);
    private bool _all = true;
    private TaskCompletionSource _ringing = New();

    /// <summary>Rings from inside the process.</summary>
    /// <param name="endpoint">Where something has happened; empty: everywhere.</param>
    public void Ring(string endpoint = "")
    {
        lock (_gate)
        {
            if (endpoint.Length == 0)
                _all = true;
            else
                _rung.Add(endpoint);
            _ringing.TrySetResult();
        }
    }

    /// <summary>Waits until it rings, or until the time is up; a time that is up means everywhere.</summary>
    /// <returns>The endpoints where something has happened; null: all.</returns>
    public async Task<IReadOnlySet<string>?> WaitAsync(TimeSpan atMost, CancellationToken cancellationToken)
    {
        Task ringing;
        lock (_gate)
            ringing = _ringing.Task;
        var rang = true;
        try
        {
            await ringing.WaitAsync(atMost, time, cancellationToken).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            rang = false;
        }

        lock (_gate)
        {
            IReadOnlySet<string>? endpoints = _all || !rang ? null : _rung;
            _all = false;
            _rung = new HashSet<string>(StringComparer.Ordinal);
            _ringing = New();
            return endpoints;
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await ListenAsync(stoppingToken).ConfigureAwait(false);
            }
            catch (Exception failure) when (failure is NpgsqlException or IOException && !stoppingToken.IsCancellationRequested)
            {
                logger.LogWarning(failure, "Admission no longer hears of what happens and looks by itself until the database answers again");
                await Task.Delay(TimeSpan.FromSeconds(1), time, stoppingToken).ConfigureAwait(false);
            }
        }
    }

    private async Task ListenAsync(CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken).ConfigureAwait(false);
        connection.Notification += (_, notification) => Ring(notification.Payload);
        await using (var command = new NpgsqlCommand($"listen {Channel}", connection))
            await command.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);
        // Whatever happened before the ear was open.
        Ring();
        while (true)
            await connection.WaitAsync(cancellationToken).ConfigureAwait(false);
    }

    private static TaskCompletionSource New() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
