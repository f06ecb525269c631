using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Npgsql;
using Swath.Contracts;
using Swath.Persistence.Capacity;
using Swath.Persistence.Placement;
using Swath.Scheduler.Admission;
using Swath.Scheduler.Ordering;

namespace Swath.Scheduler.Maintenance;

/// <summary>
/// Keeps the rows of waiting jobs readable: positions of the first ones, and a reason for those that no cycle has come to.
/// Admission itself needs neither; so this is bounded, slow, and writes only what changed.
/// </summary>
public sealed class QueuePositionUpdater(
    NpgsqlDataSource database, CapacityLedger ledger, WorkerRegistry workers, IOptionsMonitor<SchedulerOptions> options,
    SchedulerMetrics metrics, TimeProvider time, ILogger<QueuePositionUpdater> logger) : Periodic(time, logger)
{
    private const int PositionsPerEndpoint = 100;
    private const int ReasonsPerEndpoint = 1_000;
    private readonly WaitingQueue _queue = new(database);
    private readonly WaitingReasons _reasons = new(database);
    private readonly TimeProvider _clock = time;

    protected override TimeSpan Interval => options.CurrentValue.Tick;

    public override async Task RunOnceAsync(CancellationToken cancellationToken = default)
    {
        var freeSlots = (await workers.GetAvailableWorkersAsync(cancellationToken).ConfigureAwait(false)).Sum(worker => worker.FreeSlots);
        foreach (var entry in (await ledger.ReadAsync(null, cancellationToken).ConfigureAwait(false)).Where(entry => entry.HasWaiting))
        {
            var (reason, detail) = ReasonOf(entry, freeSlots);
            await _reasons.WriteForUnconsideredAsync(
                entry.Key.Endpoint, entry.Key.Variant, reason.ToString(), detail, ReasonsPerEndpoint, cancellationToken).ConfigureAwait(false);
            await _reasons.WritePositionsAsync(await PositionsAsync(entry, cancellationToken).ConfigureAwait(false), cancellationToken).ConfigureAwait(false);
        }

        foreach (var depth in await workers.GetQueueDepthAsync(cancellationToken).ConfigureAwait(false))
            metrics.QueueDepth(depth.Tenant, depth.Reason, depth.Jobs);
    }

    /// <summary>The reason that all jobs share that stand too far behind to be looked at one by one.</summary>
    private static (WaitingReason Reason, string Detail) ReasonOf(LedgerEntry entry, int freeSlots) => entry switch
    {
        { MaxCapacity: 0, Problem: { } problem } => (WaitingReason.EndpointUnknown, problem),
        { MaxCapacity: 0 } => (WaitingReason.WaitingForCapacity, $"endpoint {entry.Key} has no instance"),
        { Available: > 0 } when freeSlots == 0 => (WaitingReason.NoFreeSlot, "no worker has a free slot"),
        _ => (WaitingReason.WaitingForCapacity, $"others are ahead in the queue of {entry.Key}, target {entry.Target}"),
    };

    private async Task<List<(Guid, int)>> PositionsAsync(LedgerEntry entry, CancellationToken cancellationToken)
    {
        var heads = await _queue.ReadAsync(entry.Key, PositionsPerEndpoint, cancellationToken).ConfigureAwait(false);
        var order = new FairOrder(heads.Jobs, heads.Tenants, entry.VirtualTime, heads.Depth, options.CurrentValue, _clock.GetUtcNow());
        var positions = new List<(Guid, int)>(PositionsPerEndpoint);
        while (positions.Count < PositionsPerEndpoint && order.Next() is { } job)
        {
            order.Admit(job);
            positions.Add((job.JobId, positions.Count + 1));
        }

        return positions;
    }
}
