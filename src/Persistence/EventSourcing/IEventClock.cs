namespace Swath.Persistence.EventSourcing;

/// <summary>Carries the clock to the state machine's activities.</summary>
internal interface IEventClock
{
    TimeProvider Time { get; }
}
