using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Swath.Persistence.Placement;

namespace Swath.Scheduler.Maintenance;

/// <summary>Takes regions from workers that are gone; the next admission cycle gives them to others under a new token.</summary>
public sealed class LostWorkerRescuer(
    LostRegions lost, IOptionsMonitor<SchedulerOptions> options, TimeProvider time, ILogger<LostWorkerRescuer> logger) : Periodic(time, logger)
{
    protected override TimeSpan Interval => options.CurrentValue.Tick;

    public override async Task RunOnceAsync(CancellationToken cancellationToken = default)
    {
        var regions = await lost.RescueAsync(options.CurrentValue.AcceptWithin, options.CurrentValue.RegionMaxLosses, cancellationToken)
            .ConfigureAwait(false);
        foreach (var region in regions)
        {
            logger.LogWarning(
                "Region {RegionId} of job {JobId} was taken from worker {WorkerId}: {Reason}; losses so far {Losses}{GivenUp}",
                region.RegionId, region.JobId, region.WorkerId, region.Reason, region.Losses, region.GivenUp ? ", given up" : "");
        }
    }
}
