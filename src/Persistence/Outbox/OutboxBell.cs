using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Npgsql;

namespace Swath.Persistence.Outbox;

/// <summary>Rings when a transaction that put something into the outbox has committed, in whichever process.</summary>
internal sealed class OutboxBell(NpgsqlDataSource database, TimeProvider time, IOptions<OutboxOptions> options, ILogger<OutboxBell> logger) : BackgroundService
{
    private readonly SemaphoreSlim _rung = new(0, 1);

    /// <summary>Returns when the bell rings, or after a while.</summary>
    public async Task WaitAsync(TimeSpan atMost, CancellationToken cancellationToken)
    {
        using var patience = new CancellationTokenSource(atMost, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, cancellationToken);
        try
        {
            await _rung.WaitAsync(either.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            // The slow tick.
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
            catch (NpgsqlException e) when (!stoppingToken.IsCancellationRequested)
            {
                logger.LogWarning(e, "The notifications of the outbox broke off; until they are back it is looked at every {Interval}", options.Value.SweepInterval);
                await Task.Delay(options.Value.SweepInterval, time, stoppingToken);
            }
        }
    }

    private async Task ListenAsync(CancellationToken stoppingToken)
    {
        await using var connection = await database.OpenConnectionAsync(stoppingToken);
        connection.Notification += (_, _) => Ring();
        await using (var listen = new NpgsqlCommand($"listen {PostgresOutbox.Channel}", connection))
            await listen.ExecuteNonQueryAsync(stoppingToken);
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
