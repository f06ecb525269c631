using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Npgsql;

namespace Swath.Persistence.Outbox;

/// <summary>Purges the outbox now and then.</summary>
internal sealed class OutboxCleaner(OutboxPurger purge, TimeProvider time, IOptions<OutboxOptions> options, ILogger<OutboxCleaner> logger) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(options.Value.PurgeInterval, time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            try
            {
                await purge.PurgeAsync(stoppingToken);
            }
            catch (Exception e) when (!stoppingToken.IsCancellationRequested)
            {
                logger.LogWarning(e, "Delivered outbox rows could not be purged; it is tried again in {Interval}", options.Value.PurgeInterval);
            }
        }
    }
}
