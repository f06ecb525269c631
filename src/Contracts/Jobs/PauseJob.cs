namespace Swath.Contracts;

/// <summary>Asks to stop a queued or running job until it is resumed; finished tiles are kept.</summary>
public sealed record PauseJob
{
    public required Guid JobId { get; init; }

    /// <summary>When it was asked for, by the database's clock: of a pause and a resume the one counts that was asked for last, whichever comes first. Null where it is not known: it counts when it comes.</summary>
    public DateTimeOffset? AskedAt { get; init; }
}
