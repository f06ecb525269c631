namespace Swath.Persistence.Archive;

/// <summary>A job that is no longer in the database.</summary>
/// <param name="JobId">Its id.</param>
/// <param name="At">When it left.</param>
/// <param name="File">The name of the archive's file that has it; null when it was erased.</param>
public sealed record DepartedJob(Guid JobId, DateTimeOffset At, string? File)
{
    /// <summary>What to tell whoever asks for it.</summary>
    public string Sentence => File is null
        ? $"Job {JobId} was erased on {At.UtcDateTime:yyyy-MM-dd}: nothing of it is kept."
        : $"Job {JobId} was archived on {At.UtcDateTime:yyyy-MM-dd}, in {File}: 'swath archive import' brings it back.";
}
