namespace Swath.Persistence.EventSourcing;

/// <summary>What one stream folds to.</summary>
internal sealed record FoldedStream(Guid JobId, int Version, DateTimeOffset UpdatedAt, object State);
