using MassTransit;
using Swath.Contracts;
using Swath.Persistence.Placement;
using Swath.Persistence.TileResults;
using Swath.Worker.Membership;

namespace Swath.Bench.Load;

/// <summary>Accepts a region, keeps one finished tile and ends the region, without an image and a model.</summary>
internal sealed class RegionStandIn(WorkerLease lease, RegionAssignments regions, TileResultStore tiles) : IConsumer<ProcessRegion>
{
    public async Task Consume(ConsumeContext<ProcessRegion> context)
    {
        var (work, stop) = (context.Message, context.CancellationToken);
        var region = work.Region;
        var incarnation = await lease.HeldAsync(stop);
        if (await regions.TryAcceptAsync(work.JobId, region.RegionId, work.Attempt, work.WorkerId, incarnation, stop) == RegionAcceptance.Stale)
            return;
        if (StandIns.IsHeld(work.ImageUrl))
            return;
        await tiles.SaveAsync([new TileResult { JobId = work.JobId, RegionId = region.RegionId, Attempt = work.Attempt, Window = region.Window, Features = 0, Payload = default }], stop);
        await regions.CompleteAsync(
            new RegionCompleted { JobId = work.JobId, RegionId = region.RegionId, Attempt = work.Attempt, WorkerId = work.WorkerId, TilesDone = region.Tiles, Features = 0 }, stop);
    }
}
