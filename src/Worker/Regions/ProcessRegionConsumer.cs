using MassTransit;
using Microsoft.Extensions.Logging;
using Swath.Contracts;
using Swath.Persistence.Placement;
using Swath.Worker.Membership;

namespace Swath.Worker.Regions;

/// <summary>
/// Accepts regions for this worker. The delivery is acknowledged as soon as the region is accepted: from then on the worker's lease
/// answers for it, so that no broker's time-out limits how long a region may take.
/// </summary>
public sealed partial class ProcessRegionConsumer(WorkerLease lease, RegionAssignments board, RegionRunner runner, ILogger<ProcessRegionConsumer> log)
    : IConsumer<ProcessRegion>
{
    public async Task Consume(ConsumeContext<ProcessRegion> context)
    {
        ArgumentNullException.ThrowIfNull(context);
        var work = context.Message;
        if (work.WorkerId != lease.WorkerId)
        {
            LogMisdirected(work.JobId, work.Region.RegionId, work.WorkerId);
            return;
        }

        var incarnation = await lease.HeldAsync(context.CancellationToken);
        var answer = await board.TryAcceptAsync(
            work.JobId, work.Region.RegionId, work.Attempt, work.WorkerId, incarnation, context.CancellationToken);
        if (answer == RegionAcceptance.Stale || !runner.TryBegin(work))
            LogDropped(work.JobId, work.Region.RegionId, work.Attempt, answer);
    }

    [LoggerMessage(LogLevel.Debug, "Job {JobId}, region {RegionId}, attempt {Attempt}: dropped, it is {Answer}.")]
    private partial void LogDropped(Guid jobId, int regionId, int attempt, RegionAcceptance answer);

    [LoggerMessage(LogLevel.Error, "Job {JobId}, region {RegionId} was meant for worker {WorkerId} and came here: dropped.")]
    private partial void LogMisdirected(Guid jobId, int regionId, string workerId);
}
