using MassTransit;
using Swath.Contracts;
using Swath.Persistence.Capacity;

namespace Swath.Scheduler.Capacity;

/// <summary>Gives back what a stopped job holds. Its regions leave their workers, which learn of it with their next heartbeat.</summary>
public sealed class ReleaseCapacityConsumer(CapacityLedger ledger) : IConsumer<ReleaseCapacity>
{
    public Task Consume(ConsumeContext<ReleaseCapacity> context)
    {
        ArgumentNullException.ThrowIfNull(context);
        return ledger.ReleaseAsync(context.Message.JobId, context.CancellationToken);
    }
}
