using MassTransit;
using Swath.Contracts;
using Swath.Persistence.Placement;

namespace Swath.Worker.Regions;

/// <summary>Stops a region that was taken from this worker, and does not wait for the next heartbeat to learn of it.</summary>
public sealed class StopRegionConsumer(RegionRunner runner) : IConsumer<StopRegion>
{
    public Task Consume(ConsumeContext<StopRegion> context)
    {
        ArgumentNullException.ThrowIfNull(context);
        var taken = context.Message;
        runner.Revoke([new RegionClaim(taken.JobId, taken.RegionId, taken.Attempt)]);
        return Task.CompletedTask;
    }
}
