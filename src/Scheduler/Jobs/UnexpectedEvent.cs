using System.Diagnostics;
using System.Diagnostics.Metrics;
using MassTransit;
using Swath.Scheduler.Admission;

namespace Swath.Scheduler.Jobs;

/// <summary>
/// The alarm behind the table: an event that no row decides means that two parts of Swath disagree about a job. It is logged as an
/// error, counted, and faulted, so that it stays visible in the error queue instead of being lost.
/// </summary>
internal static class UnexpectedEvent
{
    private static readonly Meter Meter = new(SchedulerMetrics.MeterName);
    private static readonly Counter<long> Alarms = Meter.CreateCounter<long>("saga.unexpected_events", description: "Events that no row of the saga's table decides");

    public static Task RaiseAlarm(UnhandledEventContext<ImageJobSaga> context)
    {
        Alarms.Add(1, new TagList { { "event", context.Event.Name }, { "state", context.CurrentState.Name } });
        throw new UnexpectedEventException(context.Saga.CorrelationId, context.Event.Name, context.CurrentState.Name);
    }

    /// <summary>Late messages for a job that this database does not know are dropped: its stream was never begun here.</summary>
    public static IEventCorrelationConfigurator<ImageJobSaga, T> OnUnknownJob<T>(this IEventCorrelationConfigurator<ImageJobSaga, T> configurator)
        where T : class =>
        configurator.OnMissingInstance(missing => missing.Execute(context =>
        {
            Alarms.Add(1, new TagList { { "event", typeof(T).Name }, { "state", "unknown job" } });
            LogContext.Warning?.Log("{Event} for the unknown job {JobId} was dropped", typeof(T).Name, context.CorrelationId);
        }));
}

/// <summary>An event came in a state in which it can't come.</summary>
public sealed class UnexpectedEventException(Guid jobId, string eventName, string state)
    : Exception($"Job {jobId} got {eventName} in state {state}, which no row of the table decides. The message is kept in the error queue; the job goes on.");
