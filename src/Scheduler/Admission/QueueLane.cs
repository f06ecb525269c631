namespace Swath.Scheduler.Admission;

/// <summary>A lane of the waiting queue that has jobs, as one reader knows it.</summary>
/// <param name="key">Which.</param>
/// <param name="affinity">The affinity of one of its jobs, as JSON: their hard rules are equal.</param>
/// <param name="jobs">How many jobs were found in it.</param>
/// <param name="since">When the oldest of them was queued.</param>
internal sealed class QueueLane(LaneKey key, string? affinity, int jobs, DateTimeOffset since)
{
    public LaneKey Key => key;

    public string? Affinity => affinity;

    /// <summary>Jobs that came, whether or not they are still there.</summary>
    public int Jobs { get; private set; } = jobs;

    /// <summary>No job in the lane is older than this, and than <see cref="SinceJob"/> among those of the same moment.</summary>
    public DateTimeOffset Since { get; private set; } = since;

    public Guid SinceJob { get; private set; }

    /// <summary>Jobs came that nobody has read.</summary>
    public bool HasNews { get; private set; } = true;

    public void Came(int jobs, DateTimeOffset oldest)
    {
        Jobs += jobs;
        HasNews = true;
        if (oldest <= Since)
            (Since, SinceJob) = (oldest, Guid.Empty);
    }

    public void BeginsAt(DateTimeOffset queuedAt, Guid jobId)
    {
        (Since, SinceJob) = (queuedAt, jobId);
        HasNews = false;
    }
}
