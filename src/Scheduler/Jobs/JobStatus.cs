namespace Swath.Scheduler.Jobs;

/// <summary>The states of an image job, as they stand in <c>jobs.state</c>. The diagram is docs/states.md.</summary>
public static class JobStatus
{
    /// <summary>No event yet; never stored.</summary>
    public const string Initial = nameof(Initial);

    /// <summary>Known, being measured.</summary>
    public const string Requested = nameof(Requested);

    /// <summary>Measured, waiting for admission.</summary>
    public const string Queued = nameof(Queued);

    /// <summary>Capacity reserved, regions on workers.</summary>
    public const string Running = nameof(Running);

    /// <summary>All regions ended, the result is being written.</summary>
    public const string Assembling = nameof(Assembling);

    /// <summary>Stopped by a person until resumed; finished tiles are kept.</summary>
    public const string Paused = nameof(Paused);

    /// <summary>Done, every tile, and written to every output.</summary>
    public const string Completed = nameof(Completed);

    /// <summary>Done, but tiles, regions or outputs are missing; they can be retried.</summary>
    public const string PartiallyCompleted = nameof(PartiallyCompleted);

    /// <summary>No result. Where there are regions, their finished tiles are kept, and can be retried.</summary>
    public const string Failed = nameof(Failed);

    /// <summary>Stopped by a person for good.</summary>
    public const string Cancelled = nameof(Cancelled);

    /// <summary>All that a stored job can be in.</summary>
    public static IReadOnlyList<string> All { get; } = [Requested, Queued, Running, Assembling, Paused, Completed, PartiallyCompleted, Failed, Cancelled];

    /// <summary>True for the states that only a retry leaves.</summary>
    public static bool IsFinal(string status) => status is Completed or PartiallyCompleted or Failed or Cancelled;
}
