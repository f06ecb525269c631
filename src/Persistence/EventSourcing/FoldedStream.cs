namespace Swath.Persistence.EventSourcing;

/// <summary>What one stream folds to.</summary>
/// <param name="JobId">Whose it is.</param>
/// <param name="Version">That of the last event.</param>
/// <param name="UpdatedAt">When that happened.</param>
/// <param name="State">The fold; where an event is missing, that of the events before it.</param>
/// <param name="Gap">The first event that is missing, though later ones are there; null when the versions have no gap.</param>
/// <param name="IsNewer">True when the stream holds an event of a newer release: it can't be folded here, and is left alone.</param>
internal sealed record FoldedStream(Guid JobId, int Version, DateTimeOffset UpdatedAt, object State, VersionGap? Gap, bool IsNewer);
