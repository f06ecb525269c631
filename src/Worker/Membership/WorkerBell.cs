using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Npgsql;

namespace Swath.Worker.Membership;

/// <summary>
/// Rings when something was taken from this worker or asked of it (channel <c>swath_worker</c>, payload the worker's id, sent by triggers):
/// a cancelled or paused region then stops at once, and not with the next heartbeat.
/// </summary>
public sealed class WorkerBell(NpgsqlDataSource database, IOptionsMonitor<WorkerOptions> options, TimeProvider time, ILogger<WorkerBell> log) : BackgroundService
{
    private const string Channel = "swath_worker";

    private readonly string _workerId = options.CurrentValue.EffectiveId;
    private readonly SemaphoreSlim _rung = new(0, 1);

    /// <summary>Waits until it rings, or until the time is up.</summary>
    /// <returns>Whether it rang.</returns>
    public async Task<bool> WaitAsync(TimeSpan atMost, CancellationToken cancellationToken)
    {
        if (atMost <= TimeSpan.Zero)
            return false;
        using var patience = new CancellationTokenSource(atMost, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, cancellationToken);
        try
        {
            await _rung.WaitAsync(either.Token);
            return true;
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return false;
        }
    }

    public override void Dispose()
    {
        _rung.Dispose();
        base.Dispose();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await ListenAsync(stoppingToken);
            }
            catch (Exception e) when (e is NpgsqlException or IOException or TimeoutException && !stoppingToken.IsCancellationRequested)
            {
                log.LogWarning(e, "Worker {WorkerId} no longer hears what is taken from it, and learns it with its heartbeats until the database answers again", _workerId);
                await Task.Delay(TimeSpan.FromSeconds(1), time, stoppingToken);
            }
        }
    }

    private async Task ListenAsync(CancellationToken stoppingToken)
    {
        await using var connection = await database.OpenConnectionAsync(stoppingToken);
        connection.Notification += (_, notification) =>
        {
            if (notification.Payload == _workerId)
                Ring();
        };
        await using (var listen = new NpgsqlCommand($"listen {Channel}", connection))
            await listen.ExecuteNonQueryAsync(stoppingToken);
        // Whatever happened before the ear was open.
        Ring();
        while (true)
            await connection.WaitAsync(stoppingToken);
    }

    private void Ring()
    {
        try
        {
            _rung.Release();
        }
        catch (SemaphoreFullException)
        {
            // It rings already.
        }
    }
}
