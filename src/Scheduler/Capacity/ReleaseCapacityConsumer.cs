using MassTransit;
using Swath.Contracts;
using Swath.Persistence.Capacity;
using Swath.Persistence.Outbox;
using Swath.Persistence.Placement;

namespace Swath.Scheduler.Capacity;

/// <summary>
/// Gives back what a stopped job holds. Its regions leave their workers, which are told; one that is not told, because this process ends between the two,
/// learns of it with its next heartbeat.
/// </summary>
public sealed class ReleaseCapacityConsumer(CapacityLedger ledger, WorkerRegistry workers, IOutbox outbox) : IConsumer<ReleaseCapacity>
{
    public async Task Consume(ConsumeContext<ReleaseCapacity> context)
    {
        ArgumentNullException.ThrowIfNull(context);
        var begun = await workers.GetBegunRegionsAsync(context.Message.JobId, context.CancellationToken);
        if (await ledger.ReleaseAsync(context.Message.JobId, context.CancellationToken) > 0 && begun.Count > 0)
            await outbox.EnqueueAsync([.. begun.Select(region => region.ToStop())], context.CancellationToken);
    }
}
