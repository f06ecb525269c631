namespace Swath.Contracts;

/// <summary>Asks to stop a queued or running job until it is resumed; finished tiles are kept.</summary>
public sealed record PauseJob
{
    public required Guid JobId { get; init; }
}
