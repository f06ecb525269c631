using Swath.Persistence.Capacity;

namespace Swath.Scheduler.Admission;

/// <summary>
/// How admission gets on: when the last cycle ended, when each endpoint variant that jobs wait for was last looked at, and which of them fail. One that fails rests,
/// for longer the more often it failed in a row. Any thread may ask.
/// </summary>
public sealed class AdmissionProgress(TimeProvider time)
{
    private static readonly TimeSpan Shortest = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(60);

    private readonly Lock _gate = new();
    private readonly Dictionary<EndpointVariant, EndpointProgress> _endpoints = [];
    private long _cycleEndedAt = time.GetTimestamp();

    /// <summary>How long ago the last cycle ended, or the process began.</summary>
    public TimeSpan SinceCycle
    {
        get
        {
            lock (_gate)
                return time.GetElapsedTime(_cycleEndedAt);
        }
    }

    /// <summary>Endpoint variants that jobs wait for and whose last look failed.</summary>
    public int FailingEndpoints
    {
        get
        {
            lock (_gate)
                return _endpoints.Values.Count(endpoint => endpoint.Failures > 0);
        }
    }

    /// <summary>Of the endpoint variants that jobs wait for, the longest time since a look that did not fail.</summary>
    public TimeSpan LongestSinceLook
    {
        get
        {
            lock (_gate)
                return _endpoints.Count == 0 ? TimeSpan.Zero : _endpoints.Values.Max(endpoint => time.GetElapsedTime(endpoint.LookedAt));
        }
    }

    /// <summary>Whether an endpoint variant has no failure to rest from.</summary>
    internal bool MayTry(EndpointVariant key)
    {
        lock (_gate)
            return !_endpoints.TryGetValue(key, out var endpoint) || endpoint.Failures == 0 || time.GetElapsedTime(endpoint.FailedAt) >= endpoint.Rest;
    }

    internal void Looked(EndpointVariant key)
    {
        lock (_gate)
            _endpoints[key] = new EndpointProgress(time.GetTimestamp(), 0, 0, TimeSpan.Zero);
    }

    /// <returns>How long the endpoint rests.</returns>
    internal TimeSpan Failed(EndpointVariant key)
    {
        lock (_gate)
        {
            var now = time.GetTimestamp();
            var before = _endpoints.GetValueOrDefault(key) ?? new EndpointProgress(now, 0, 0, TimeSpan.Zero);
            var rest = TimeSpan.FromSeconds(Math.Min(Longest.TotalSeconds, Shortest.TotalSeconds * Math.Pow(2, Math.Min(before.Failures, 10))));
            _endpoints[key] = before with { Failures = before.Failures + 1, FailedAt = now, Rest = rest };
            return rest;
        }
    }

    /// <summary>A cycle has ended. What nobody waits for any more is forgotten.</summary>
    internal void CycleEnded(IReadOnlySet<EndpointVariant> waiting)
    {
        lock (_gate)
        {
            _cycleEndedAt = time.GetTimestamp();
            foreach (var key in _endpoints.Keys.Where(key => !waiting.Contains(key)).ToArray())
                _endpoints.Remove(key);
        }
    }

    private sealed record EndpointProgress(long LookedAt, int Failures, long FailedAt, TimeSpan Rest);
}
