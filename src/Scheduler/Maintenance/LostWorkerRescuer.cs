using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Swath.Persistence.Outages;
using Swath.Persistence.Placement;

namespace Swath.Scheduler.Maintenance;

/// <summary>
/// Takes regions from workers that are gone; the next admission cycle gives them to others under a new token. A lease that ran out while the
/// database was away is no sign of that.
/// </summary>
public sealed class LostWorkerRescuer(
    LostRegions lost, IOptionsMonitor<SchedulerOptions> options, TimeProvider time, ILogger<LostWorkerRescuer> logger) : Periodic(time, logger)
{
    private const int IdleTicks = 6;
    private static readonly TimeSpan Slack = TimeSpan.FromSeconds(10);

    private readonly DatabaseAbsences _absences = new(time);

    private bool _idle;

    // With nothing to lose it looks seldom: what is placed meanwhile has a lease that lasts until the next look.
    protected override TimeSpan Interval => _idle ? IdleTicks * options.CurrentValue.Tick : options.CurrentValue.Tick;

    public override async Task RunOnceAsync(CancellationToken cancellationToken = default)
    {
        foreach (var region in await RescueAsync(cancellationToken).ConfigureAwait(false))
        {
            logger.LogWarning(
                "Region {RegionId} of job {JobId} was taken from worker {WorkerId}: {Reason}; losses so far {Losses}{GivenUp}",
                region.RegionId, region.JobId, region.WorkerId, region.Reason, region.Losses, region.GivenUp ? ", given up" : "");
        }
    }

    private async Task<IReadOnlyList<LostRegion>> RescueAsync(CancellationToken cancellationToken)
    {
        try
        {
            var (serverAge, anyHeld) = await lost.LookAsync(cancellationToken).ConfigureAwait(false);
            var grace = _absences.Look((2 * Interval) + Slack, serverAge);
            _idle = !anyHeld;
            if (_idle)
                return [];
            return await lost.RescueAsync(options.CurrentValue.AcceptWithin, options.CurrentValue.RegionMaxLosses, grace, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception failure) when (DatabaseAway.IsCauseOf(failure))
        {
            _absences.Missed();
            throw;
        }
    }
}
