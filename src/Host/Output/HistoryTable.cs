using Swath.Persistence.EventSourcing;

namespace Swath.Host.Output;

/// <summary>The event history of a job: one line an event, with the time since the one before.</summary>
internal static class HistoryTable
{
    public static void Print(IReadOnlyList<HistoricEvent> history)
    {
        Terminal.WriteLine("History");
        DateTimeOffset? before = null;
        foreach (var entry in history)
        {
            var since = before is { } earlier ? $"+{(entry.OccurredAt - earlier).TotalSeconds:0.000} s" : "";
            Terminal.WriteLine($"  {entry.Version,4}  {entry.OccurredAt:HH:mm:ss.fff}  {since,12}  {entry.Type,-26} {EventSummary.Of(entry)}");
            before = entry.OccurredAt;
        }
    }
}
