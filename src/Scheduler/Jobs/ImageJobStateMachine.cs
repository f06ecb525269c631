using MassTransit;
using Swath.Contracts;
using Swath.Persistence.EventSourcing;

namespace Swath.Scheduler.Jobs;

/// <summary>
/// Moves an image job from request to result. Read it as a table: in a state, when an event comes, what is accepted, sent and entered.
/// <c>Accept()</c> folds the event into <see cref="ImageJob"/> and makes it part of the stream; an event without it leaves no trace.
/// Every pair of state and event is decided here: handled, ignored on purpose, or (when left out) an alarm. JobFailed is ignored where no
/// command is under way: a repeat of a command has failed whose answer had come before.
/// </summary>
public sealed class ImageJobStateMachine : MassTransitStateMachine<ImageJobSaga>
{
    public ImageJobStateMachine()
    {
        InstanceState(saga => saga.CurrentState);
        CorrelateByJobId();
        OnUnhandledEvent(UnexpectedEvent.RaiseAlarm);

        Initially(
            When(ImageRequested).Accept().IfElse(job => job.Saga.State.Status == JobStatus.Requested,
                valid => valid.SendCalculateRegions().TransitionTo(Requested),
                invalid => invalid.TransitionTo(Failed)));

        During(Requested,
            When(RegionsCalculated, job => !job.Saga.State.HasRegions).Accept().SendSelectVariant(),
            When(ImageRejected, job => !job.Saga.State.HasRegions).Accept().TransitionTo(Failed),
            When(VariantSelected, job => job.Saga.State.HasRegions).Accept().TransitionTo(Queued),
            When(JobFailed).Accept().SendReleaseCapacity().TransitionTo(Failed),
            When(ResumeJob, MayOvertake).Accept(),
            When(CancelJob).Accept().SendReleaseCapacity().TransitionTo(Cancelled),
            Ignore(ImageRequested), Ignore(PauseJob), Ignore(RetryFailedTiles), Ignore(RetryOutputs), Ignore(JobResubmitted));

        During(Queued,
            When(CapacityReserved, job => job.Saga.State.IsThisTurn(job.Message)).Accept().SendProcessRegions().TransitionTo(Running),
            When(VariantSelected, job => job.Saga.State.IsMissing(job.Message)).Accept(),
            When(RegionCompleted, IsCurrent).Accept().AssembleWhenAllRegionsEnded(Assembling, Failed),
            When(RegionFailed, IsCurrent).Accept().AssembleWhenAllRegionsEnded(Assembling, Failed),
            When(PauseJob, CountsNow).Accept().SendReleaseCapacity().TransitionTo(Paused),
            When(ResumeJob, MayOvertake).Accept(),
            When(CancelJob).Accept().SendReleaseCapacity().TransitionTo(Cancelled),
            Ignore(ImageRequested), Ignore(RegionsCalculated), Ignore(ImageRejected),
            Ignore(RegionReassigned), Ignore(JobFailed), Ignore(RetryFailedTiles), Ignore(RetryOutputs), Ignore(JobResubmitted));

        During(Running,
            When(RegionCompleted, IsCurrent).Accept().AssembleWhenAllRegionsEnded(Assembling, Failed),
            When(RegionFailed, IsCurrent).Accept().AssembleWhenAllRegionsEnded(Assembling, Failed),
            When(RegionReassigned, IsNewer).Accept().SendProcessRegion(),
            When(PauseJob, CountsNow).Accept().SendReleaseCapacity().TransitionTo(Paused),
            When(ResumeJob, MayOvertake).Accept(),
            When(CancelJob).Accept().SendReleaseCapacity().TransitionTo(Cancelled),
            Ignore(ImageRequested), Ignore(RegionsCalculated), Ignore(ImageRejected), Ignore(VariantSelected),
            Ignore(CapacityReserved), Ignore(JobFailed), Ignore(RetryFailedTiles), Ignore(RetryOutputs), Ignore(JobResubmitted));

        During(Paused,
            When(PauseJob, MayOvertake).Accept(),
            When(ResumeJob, CountsNow).Accept().IfElse(job => job.Saga.State.AllRegionsEnded,
                ended => ended.SendAssembleResult().TransitionTo(Assembling),
                open => open.TransitionTo(Queued)),
            When(RegionCompleted, IsCurrent).Accept(),
            When(RegionFailed, IsCurrent).Accept().If(job => job.Saga.State.EveryRegionFailed, failed => failed.TransitionTo(Failed)),
            When(CapacityReserved).Accept().SendReleaseCapacity(),
            When(CancelJob).Accept().SendReleaseCapacity().TransitionTo(Cancelled),
            Ignore(ImageRequested), Ignore(RegionsCalculated), Ignore(ImageRejected), Ignore(VariantSelected),
            Ignore(RegionReassigned), Ignore(JobFailed), Ignore(RetryFailedTiles), Ignore(RetryOutputs), Ignore(JobResubmitted));

        During(Assembling,
            When(JobCompleted).Accept().IfElse(job => job.Saga.State.Status == JobStatus.Completed,
                whole => whole.TransitionTo(Completed),
                partial => partial.TransitionTo(PartiallyCompleted)),
            When(JobFailed).Accept().IfElse(job => job.Saga.State.Status == JobStatus.Failed,
                nothing => nothing.TransitionTo(Failed),
                partial => partial.TransitionTo(PartiallyCompleted)),
            When(CapacityReserved).Accept().SendReleaseCapacity(),
            When(CancelJob).Accept().SendReleaseCapacity().TransitionTo(Cancelled),
            Ignore(ImageRequested), Ignore(RegionsCalculated), Ignore(ImageRejected), Ignore(VariantSelected),
            Ignore(RegionCompleted), Ignore(RegionFailed), Ignore(RegionReassigned), Ignore(PauseJob), Ignore(ResumeJob),
            Ignore(RetryFailedTiles), Ignore(RetryOutputs), Ignore(JobResubmitted));

        // What lacks neither tiles nor outputs has nothing to retry: it passes the two rows without a trace.
        foreach (var lacking in new[] { PartiallyCompleted, Failed })
            During(lacking,
                When(RetryFailedTiles, job => job.Saga.State.HasTilesToRetry).Accept().SendSelectVariant().TransitionTo(Requested),
                When(RetryOutputs, job => job.Saga.State.HasOutputsToRetry).Accept().SendAssembleResult().TransitionTo(Assembling));

        // A job whose tiles a model may have seen is not begun anew: it passes without a trace.
        During(Failed,
            When(JobResubmitted, job => job.Saga.State.NeverBegan).Accept().SendCalculateRegions().TransitionTo(Requested));
        During(PartiallyCompleted, Ignore(JobResubmitted));

        foreach (var final in new[] { Completed, Cancelled })
            During(final, Ignore(RetryFailedTiles), Ignore(RetryOutputs), Ignore(JobResubmitted));

        foreach (var final in new[] { Completed, PartiallyCompleted, Failed, Cancelled })
            During(final,
                When(CapacityReserved).Accept().SendReleaseCapacity(),
                Ignore(ImageRequested), Ignore(RegionsCalculated), Ignore(ImageRejected), Ignore(VariantSelected),
                Ignore(RegionCompleted), Ignore(RegionFailed), Ignore(RegionReassigned),
                Ignore(JobCompleted), Ignore(JobFailed), Ignore(CancelJob), Ignore(PauseJob), Ignore(ResumeJob));
    }

    public State Requested { get; private set; } = null!;
    public State Queued { get; private set; } = null!;
    public State Running { get; private set; } = null!;
    public State Assembling { get; private set; } = null!;
    public State Paused { get; private set; } = null!;
    public State Completed { get; private set; } = null!;
    public State PartiallyCompleted { get; private set; } = null!;
    public State Failed { get; private set; } = null!;
    public State Cancelled { get; private set; } = null!;

    public Event<ImageRequested> ImageRequested { get; private set; } = null!;
    public Event<RegionsCalculated> RegionsCalculated { get; private set; } = null!;
    public Event<ImageRejected> ImageRejected { get; private set; } = null!;
    public Event<VariantSelected> VariantSelected { get; private set; } = null!;
    public Event<CapacityReserved> CapacityReserved { get; private set; } = null!;
    public Event<RegionCompleted> RegionCompleted { get; private set; } = null!;
    public Event<RegionFailed> RegionFailed { get; private set; } = null!;
    public Event<RegionReassigned> RegionReassigned { get; private set; } = null!;
    public Event<JobCompleted> JobCompleted { get; private set; } = null!;
    public Event<JobFailed> JobFailed { get; private set; } = null!;
    public Event<CancelJob> CancelJob { get; private set; } = null!;
    public Event<PauseJob> PauseJob { get; private set; } = null!;
    public Event<ResumeJob> ResumeJob { get; private set; } = null!;
    public Event<JobResubmitted> JobResubmitted { get; private set; } = null!;
    public Event<RetryFailedTiles> RetryFailedTiles { get; private set; } = null!;
    public Event<RetryOutputs> RetryOutputs { get; private set; } = null!;

    // A result that carries an older token, or comes twice, passes the table without a trace.
    private static bool IsCurrent(BehaviorContext<ImageJobSaga, RegionCompleted> job) =>
        job.Saga.State.IsCurrent(job.Message.RegionId, job.Message.Attempt);

    private static bool IsCurrent(BehaviorContext<ImageJobSaga, RegionFailed> job) =>
        job.Saga.State.IsCurrent(job.Message.RegionId, job.Message.Attempt);

    private static bool IsNewer(BehaviorContext<ImageJobSaga, RegionReassigned> job) =>
        job.Saga.State.IsNewer(job.Message.Placement);

    // Of a pause and a resume the one counts that was asked for last. One that finds the job as it wants it may have overtaken the one before it: then it is noted.
    private static bool CountsNow(BehaviorContext<ImageJobSaga, PauseJob> job) => !job.Saga.State.IsOvertaken(job.Message.AskedAt);

    private static bool CountsNow(BehaviorContext<ImageJobSaga, ResumeJob> job) => !job.Saga.State.IsOvertaken(job.Message.AskedAt);

    private static bool MayOvertake(BehaviorContext<ImageJobSaga, PauseJob> job) => job.Message.AskedAt is not null && CountsNow(job);

    private static bool MayOvertake(BehaviorContext<ImageJobSaga, ResumeJob> job) => job.Message.AskedAt is not null && CountsNow(job);

    private void CorrelateByJobId()
    {
        Event(() => ImageRequested, e => e.CorrelateById(message => message.Message.JobId));
        Event(() => RegionsCalculated, e => e.CorrelateById(message => message.Message.JobId).OnUnknownJob());
        Event(() => ImageRejected, e => e.CorrelateById(message => message.Message.JobId).OnUnknownJob());
        Event(() => VariantSelected, e => e.CorrelateById(message => message.Message.JobId).OnUnknownJob());
        Event(() => CapacityReserved, e => e.CorrelateById(message => message.Message.JobId).OnUnknownJob());
        Event(() => RegionCompleted, e => e.CorrelateById(message => message.Message.JobId).OnUnknownJob());
        Event(() => RegionFailed, e => e.CorrelateById(message => message.Message.JobId).OnUnknownJob());
        Event(() => RegionReassigned, e => e.CorrelateById(message => message.Message.JobId).OnUnknownJob());
        Event(() => JobCompleted, e => e.CorrelateById(message => message.Message.JobId).OnUnknownJob());
        Event(() => JobFailed, e => e.CorrelateById(message => message.Message.JobId).OnUnknownJob());
        Event(() => CancelJob, e => e.CorrelateById(message => message.Message.JobId).OnUnknownJob());
        Event(() => PauseJob, e => e.CorrelateById(message => message.Message.JobId).OnUnknownJob());
        Event(() => ResumeJob, e => e.CorrelateById(message => message.Message.JobId).OnUnknownJob());
        Event(() => JobResubmitted, e => e.CorrelateById(message => message.Message.JobId).OnUnknownJob());
        Event(() => RetryFailedTiles, e => e.CorrelateById(message => message.Message.JobId).OnUnknownJob());
        Event(() => RetryOutputs, e => e.CorrelateById(message => message.Message.JobId).OnUnknownJob());
    }
}
