namespace Swath.Scheduler.Admission;

/// <summary>
/// The jobs that the database would not admit: each rests for longer the more often it was refused. Kept by the process, since another one, or this one after
/// a restart, may as well try once. For one caller at a time.
/// </summary>
internal sealed class RefusedAdmissions(TimeProvider time)
{
    private static readonly TimeSpan Shortest = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(10);
    private static readonly TimeSpan Forgotten = TimeSpan.FromDays(1);

    private readonly Dictionary<Guid, (int Times, DateTimeOffset Next, string Why)> _refused = [];

    /// <summary>Why the job is not to be tried now; null when it is.</summary>
    public string? ReasonOf(Guid jobId) =>
        _refused.TryGetValue(jobId, out var refused) && refused.Next > time.GetUtcNow() ? refused.Why : null;

    /// <summary>The job was refused.</summary>
    /// <param name="jobId">The job.</param>
    /// <param name="why">What the database said.</param>
    /// <returns>How long it rests.</returns>
    public TimeSpan Refuse(Guid jobId, string why)
    {
        var now = time.GetUtcNow();
        foreach (var (old, _) in _refused.Where(refused => refused.Value.Next + Forgotten < now).ToArray())
            _refused.Remove(old);
        var times = _refused.GetValueOrDefault(jobId).Times;
        var rest = TimeSpan.FromSeconds(Math.Min(Longest.TotalSeconds, Shortest.TotalSeconds * Math.Pow(2, Math.Min(times, 10))));
        _refused[jobId] = (times + 1, now + rest, why);
        return rest;
    }
}
