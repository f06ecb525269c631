using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Swath.Persistence.Outages;
using Swath.Scheduler.Maintenance;

namespace Swath.Scheduler.Admission;

/// <summary>Runs admission cycles: whenever it is signalled, and slowly by itself.</summary>
internal sealed class AdmissionService(
    AdmissionCycle cycle, AdmissionSignal signal, LostWorkerRescuer rescuer, IOptionsMonitor<SchedulerOptions> options, TimeProvider time,
    ILogger<AdmissionService> logger)
    : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var fleetIsFull = true;
        long? wholeLookAt = null;
        while (!stoppingToken.IsCancellationRequested)
        {
            var endpoints = await signal.WaitAsync(options.CurrentValue.Tick, stoppingToken).ConfigureAwait(false);
            // Where signals never cease, no wait for the tick ends.
            if (wholeLookAt is not { } looked || time.GetElapsedTime(looked) >= options.CurrentValue.Tick)
                endpoints = null;
            try
            {
                // A worker that joins rings everywhere. What its earlier incarnation held is taken now, not at the next tick.
                if (endpoints is null)
                    await rescuer.RunOnceAsync(stoppingToken).ConfigureAwait(false);
                // While jobs wait for slots, whatever ends on one endpoint may let those of another begin.
                var report = await cycle.RunAsync(fleetIsFull ? null : endpoints, stoppingToken).ConfigureAwait(false);
                fleetIsFull = report.FleetIsFull;
                if (endpoints is null)
                    wholeLookAt = time.GetTimestamp();
            }
            catch (Exception failure) when (!stoppingToken.IsCancellationRequested)
            {
                fleetIsFull = true;
                if (DatabaseAway.IsCauseOf(failure))
                    logger.LogError(failure, "An admission cycle could not reach the database; the next one tries again");
                else
                    logger.LogError(failure, "An admission cycle failed unexpectedly; the next one tries again");
                await Task.Delay(TimeSpan.FromSeconds(1), time, stoppingToken).ConfigureAwait(false);
            }
        }
    }
}
