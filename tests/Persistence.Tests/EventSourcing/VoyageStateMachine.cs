using MassTransit;
using Swath.Persistence.EventSourcing;

namespace Swath.Persistence.Tests.EventSourcing;

public sealed class VoyageSaga : EventSourcedSaga<Voyage>;

public sealed class VoyageStateMachine : MassTransitStateMachine<VoyageSaga>
{
    public static readonly Uri Harbour = new("queue:harbour");

    public VoyageStateMachine()
    {
        InstanceState(saga => saga.CurrentState);
        Event(() => VoyageStarted, e => e.CorrelateById(c => c.Message.JobId));
        Event(() => PortReached, e => e.CorrelateById(c => c.Message.JobId));
        Event(() => VoyageHeld, e => e.CorrelateById(c => c.Message.JobId));
        Event(() => VoyageResumed, e => e.CorrelateById(c => c.Message.JobId));
        Event(() => VoyageEnded, e => e.CorrelateById(c => c.Message.JobId));
        Event(() => WhistleBlown, e => e.CorrelateById(c => c.Message.JobId));
        Event(() => FlagLost, e => e.CorrelateById(c => c.Message.JobId));
        Event(() => CourseLost, e => e.CorrelateById(c => c.Message.JobId));

        Initially(
            When(VoyageStarted).Accept()
                .Send(Harbour, c => new ReportPort { JobId = c.Message.JobId, Port = "home" })
                .TransitionTo(Running));

        During(Running,
            When(PortReached).Accept().Send(Harbour, c => new ReportPort { JobId = c.Message.JobId, Port = c.Message.Port }),
            When(VoyageHeld).Accept().TransitionTo(Queued),
            When(VoyageEnded).Accept().TransitionTo(Completed),
            When(FlagLost).Accept().Send(Harbour, c => new ReportPort { JobId = c.Message.JobId, Port = "nowhere" }).TransitionTo(Queued),
            When(CourseLost).TransitionTo(Queued),
            Ignore(VoyageStarted), Ignore(WhistleBlown), Ignore(VoyageResumed));

        During(Queued,
            When(VoyageResumed).Accept().TransitionTo(Running),
            When(VoyageEnded).Accept().TransitionTo(Completed),
            Ignore(PortReached), Ignore(VoyageStarted), Ignore(WhistleBlown), Ignore(VoyageHeld));

        During(Completed,
            Ignore(VoyageStarted), Ignore(PortReached), Ignore(VoyageHeld), Ignore(VoyageResumed), Ignore(VoyageEnded), Ignore(WhistleBlown));
    }

    public State Running { get; private set; } = null!;
    public State Queued { get; private set; } = null!;
    public State Completed { get; private set; } = null!;

    public Event<VoyageStarted> VoyageStarted { get; private set; } = null!;
    public Event<PortReached> PortReached { get; private set; } = null!;
    public Event<VoyageHeld> VoyageHeld { get; private set; } = null!;
    public Event<VoyageResumed> VoyageResumed { get; private set; } = null!;
    public Event<VoyageEnded> VoyageEnded { get; private set; } = null!;
    public Event<WhistleBlown> WhistleBlown { get; private set; } = null!;
    public Event<FlagLost> FlagLost { get; private set; } = null!;
    public Event<CourseLost> CourseLost { get; private set; } = null!;
}
