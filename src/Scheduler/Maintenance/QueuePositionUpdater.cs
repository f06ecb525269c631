using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Npgsql;
using Swath.Contracts;
using Swath.Persistence;
using Swath.Persistence.Capacity;
using Swath.Persistence.Placement;
using Swath.Scheduler.Admission;
using Swath.Scheduler.Ordering;
using Swath.Scheduler.Placement;

namespace Swath.Scheduler.Maintenance;

/// <summary>
/// Keeps the rows of waiting jobs readable: positions of the first ones, and a reason for those that no cycle has come to.
/// Admission itself needs neither; so this is bounded, slow, and writes only what changed.
/// </summary>
public sealed class QueuePositionUpdater(
    [FromKeyedServices(ConnectionPurpose.Sweep)] NpgsqlDataSource database, CapacityLedger ledger, WorkerRegistry workers, IOptionsMonitor<SchedulerOptions> options,
    SchedulerMetrics metrics, TimeProvider time, ILogger<QueuePositionUpdater> logger) : Periodic(time, logger)
{
    private const int PositionsPerEndpoint = 100;
    private readonly WaitingQueue _queue = new(database, time);
    private readonly WaitingReasons _reasons = new(database);
    private readonly TimeProvider _clock = time;

    protected override TimeSpan Interval => options.CurrentValue.Tick;

    public override async Task RunOnceAsync(CancellationToken cancellationToken = default)
    {
        var board = new PlacementBoard(await workers.GetLivingWorkersAsync(cancellationToken).ConfigureAwait(false));
        await _queue.LookAsync(cancellationToken).ConfigureAwait(false);
        foreach (var entry in await ledger.ReadAsync(null, cancellationToken).ConfigureAwait(false))
        {
            await _reasons.WritePositionsAsync(await PositionsAsync(entry, board, cancellationToken).ConfigureAwait(false), cancellationToken).ConfigureAwait(false);
            if (_queue.LanesOf(entry.Key) is { Count: > 0 } lanes)
            {
                await _reasons.WriteForUnconsideredAsync(
                    entry.Key, lanes.Min(lane => lane.Since), ReasonOf(entry, board.FreeSlots), UnmetRules(lanes, board), cancellationToken).ConfigureAwait(false);
            }
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

    private static Dictionary<Guid, string> UnmetRules(IReadOnlyCollection<QueueLane> lanes, PlacementBoard board)
    {
        var unmet = new Dictionary<Guid, string>();
        foreach (var lane in lanes)
        {
            if (board.MissingRule(lane.Affinity) is { } missing)
                unmet[lane.Key.Rule] = missing;
        }

        return unmet;
    }

    private async Task<List<(Guid, int)>> PositionsAsync(LedgerEntry entry, PlacementBoard board, CancellationToken cancellationToken)
    {
        var heads = (await _queue.ReadAsync(
            entry.Key, PositionsPerEndpoint, affinity => board.MissingRule(affinity) is null, cancellationToken).ConfigureAwait(false)).With(entry);
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
