namespace Swath.Persistence.EventSourcing;

/// <summary>An event as it is read back for folding.</summary>
internal readonly record struct StoredEvent(int Version, Guid MessageId, string Type, string Data, DateTimeOffset OccurredAt)
{
    /// <summary>The type of the only event that is left of a job that was erased: it has no content, and folds to nothing.</summary>
    public const string Erased = "job-erased.v1";
}
