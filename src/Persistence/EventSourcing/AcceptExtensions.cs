using MassTransit;

namespace Swath.Persistence.EventSourcing;

/// <summary>The verb that turns a message into an event in the table of a state machine.</summary>
public static class AcceptExtensions
{
    /// <summary>
    /// Folds the message into the saga's state and marks it as the event to append:
    /// <c>When(RegionsCalculated).Accept().SendSelectVariant().TransitionTo(Queued)</c>. At most once per row; a row without it
    /// appends nothing. Activities after it see the new state.
    /// </summary>
    public static EventActivityBinder<TSaga, TMessage> Accept<TSaga, TMessage>(this EventActivityBinder<TSaga, TMessage> binder)
        where TSaga : class, SagaStateMachineInstance, IEventSourcedSaga
        where TMessage : class =>
        binder.Then(static context => context.Saga.Accept(context.Message, Clock(context).GetUtcNow()));

    // Other repositories (the in-memory one beside which this is measured) have no clock of their own: theirs is the container's.
    private static TimeProvider Clock(PipeContext context)
    {
        if (context.TryGetPayload<IEventClock>(out var clock))
            return clock.Time;
        return context.TryGetPayload<IServiceProvider>(out var services) && services.GetService(typeof(TimeProvider)) is TimeProvider time
            ? time
            : TimeProvider.System;
    }
}
