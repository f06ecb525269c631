using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Swath.Scheduler.Maintenance;

/// <summary>A small duty that is done again and again. A failure is logged and the next turn tries again.</summary>
public abstract class Periodic(TimeProvider time, ILogger logger) : BackgroundService
{
    private volatile int _failures;

    /// <summary>How many of the last turns failed, one after another.</summary>
    public int FailuresInARow => _failures;

    /// <summary>From the end of one turn to the beginning of the next.</summary>
    protected abstract TimeSpan Interval { get; }

    /// <summary>Does the duty once.</summary>
    public abstract Task RunOnceAsync(CancellationToken cancellationToken = default);

    /// <summary>Waits for the next turn.</summary>
    protected virtual Task WaitAsync(CancellationToken cancellationToken) => Task.Delay(Interval, time, cancellationToken);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            await WaitAsync(stoppingToken).ConfigureAwait(false);
            try
            {
                await RunOnceAsync(stoppingToken).ConfigureAwait(false);
                _failures = 0;
            }
            catch (Exception failure) when (!stoppingToken.IsCancellationRequested)
            {
                _failures++;
                logger.LogError(failure, "{Duty} failed; it is tried again in {Interval}", GetType().Name, Interval);
            }
        }
    }
}
