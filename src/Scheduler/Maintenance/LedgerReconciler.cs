using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Swath.Persistence.Capacity;

namespace Swath.Scheduler.Maintenance;

/// <summary>Compares the ledger with the jobs, repairs, and says loudly that it had to; and trims what the ledger no longer needs.</summary>
public sealed class LedgerReconciler(
    CapacityLedger ledger, IOptionsMonitor<SchedulerOptions> options, TimeProvider time, ILogger<LedgerReconciler> logger) : Periodic(time, logger)
{
    protected override TimeSpan Interval => options.CurrentValue.Reconcile;

    public override async Task RunOnceAsync(CancellationToken cancellationToken = default)
    {
        foreach (var repair in await ledger.ReconcileAsync(cancellationToken).ConfigureAwait(false))
            logger.LogError("The ledger was wrong and was repaired: {Repair} (job {JobId})", repair.What, repair.JobId);
        while (await ledger.TrimAsync(cancellationToken).ConfigureAwait(false))
            cancellationToken.ThrowIfCancellationRequested();
    }
}
