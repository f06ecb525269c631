using Microsoft.Extensions.Logging;
using Swath.Persistence.Capacity;

namespace Swath.Scheduler.Maintenance;

/// <summary>
/// Forgets the ledger entries of endpoints that nobody has used for a week: every cycle reads the ledger, and endpoints come and go. One that
/// is used again gets its entry again.
/// </summary>
public sealed class UnusedEndpointSweep(CapacityLedger ledger, TimeProvider time, ILogger<UnusedEndpointSweep> logger) : Periodic(time, logger)
{
    private static readonly TimeSpan UnusedFor = TimeSpan.FromDays(7);

    protected override TimeSpan Interval => TimeSpan.FromHours(1);

    public override async Task RunOnceAsync(CancellationToken cancellationToken = default)
    {
        if (await ledger.ForgetUnusedAsync(UnusedFor, cancellationToken).ConfigureAwait(false) is > 0 and var count)
            logger.LogInformation("{Count} endpoint variants that were not used for {Time} left the ledger", count, UnusedFor);
    }
}
