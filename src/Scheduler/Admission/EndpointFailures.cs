using Swath.Persistence.Capacity;

namespace Swath.Scheduler.Admission;

/// <summary>The endpoint variants on which admission has failed: each rests for longer the more often it failed in a row. For one caller at a time.</summary>
internal sealed class EndpointFailures(TimeProvider time)
{
    private static readonly TimeSpan Shortest = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(60);

    private readonly Dictionary<EndpointVariant, (int Times, DateTimeOffset Next)> _failed = [];

    public bool MayTry(EndpointVariant key) => !_failed.TryGetValue(key, out var failed) || failed.Next <= time.GetUtcNow();

    public void Succeeded(EndpointVariant key) => _failed.Remove(key);

    /// <returns>How long the endpoint rests.</returns>
    public TimeSpan Failed(EndpointVariant key)
    {
        var times = _failed.GetValueOrDefault(key).Times;
        var rest = TimeSpan.FromSeconds(Math.Min(Longest.TotalSeconds, Shortest.TotalSeconds * Math.Pow(2, Math.Min(times, 10))));
        _failed[key] = (times + 1, time.GetUtcNow() + rest);
        return rest;
    }
}
