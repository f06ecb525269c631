namespace Swath.Persistence.EventSourcing;

/// <summary>Times as PostgreSQL keeps them. A fold must see at first what it will see at every replay.</summary>
internal static class EventTime
{
    public static DateTimeOffset Truncate(DateTimeOffset at)
    {
        var ticks = at.UtcTicks;
        return new DateTimeOffset(ticks - ticks % TimeSpan.TicksPerMicrosecond, TimeSpan.Zero);
    }
}
