using MassTransit;
using Swath.Contracts;

namespace Swath.Scheduler.Jobs;

/// <summary>The verbs of <see cref="ImageJobStateMachine"/>: what each one sends, built from the folded state alone.</summary>
internal static class ImageJobVerbs
{
    public static EventActivityBinder<ImageJobSaga, T> SendCalculateRegions<T>(this EventActivityBinder<ImageJobSaga, T> row)
        where T : class =>
        row.Send(Queues.CalculateRegions, job => Commands.CalculateRegions(job.Saga.State));

    public static EventActivityBinder<ImageJobSaga, RegionsCalculated> SendSelectVariant(this EventActivityBinder<ImageJobSaga, RegionsCalculated> row) =>
        row.Send(Queues.SelectVariant, job => Commands.SelectVariant(job.Saga.State));

    public static EventActivityBinder<ImageJobSaga, RetryFailedTiles> SendSelectVariant(this EventActivityBinder<ImageJobSaga, RetryFailedTiles> row) =>
        row.Send(Queues.SelectVariant, job => Commands.SelectVariant(job.Saga.State));

    public static EventActivityBinder<ImageJobSaga, CapacityReserved> SendProcessRegions(this EventActivityBinder<ImageJobSaga, CapacityReserved> row) =>
        row.ThenAsync(async job =>
        {
            foreach (var placement in job.Message.Placements)
                await job.Send(WorkerQueue.AddressOf(placement.WorkerId), Commands.ProcessRegion(job.Saga.State, placement));
        });

    public static EventActivityBinder<ImageJobSaga, RegionReassigned> SendProcessRegion(this EventActivityBinder<ImageJobSaga, RegionReassigned> row) =>
        row.Send(job => WorkerQueue.AddressOf(job.Message.Placement.WorkerId), job => Commands.ProcessRegion(job.Saga.State, job.Message.Placement));

    public static EventActivityBinder<ImageJobSaga, T> SendReleaseCapacity<T>(this EventActivityBinder<ImageJobSaga, T> row)
        where T : class =>
        row.Send(Queues.ReleaseCapacity, job => new ReleaseCapacity { JobId = job.Saga.CorrelationId });

    public static EventActivityBinder<ImageJobSaga, T> SendAssembleResult<T>(this EventActivityBinder<ImageJobSaga, T> row)
        where T : class =>
        row.Send(Queues.AssembleResult, job => Commands.AssembleResult(job.Saga.State));

    /// <summary>The last region that ends moves the job on: to assembling, or to failed when no region has anything to assemble.</summary>
    public static EventActivityBinder<ImageJobSaga, T> AssembleWhenAllRegionsEnded<T>(
        this EventActivityBinder<ImageJobSaga, T> row, State assembling, State failed)
        where T : class =>
        row.If(job => job.Saga.State.EveryRegionFailed, none => none.SendReleaseCapacity().TransitionTo(failed))
            .If(job => job.Saga.State.AllRegionsEnded && !job.Saga.State.EveryRegionFailed, all => all.SendAssembleResult().TransitionTo(assembling));
}
