using Swath.Persistence.EventSourcing;

namespace Swath.Persistence.Notifications;

/// <summary>A job from its first event to its latest, for somebody who tells others of it.</summary>
/// <param name="JobId">The job.</param>
/// <param name="Told">All events up to this one have been told.</param>
/// <param name="Events">All events, in order.</param>
/// <param name="Failure">Why the job failed or is incomplete, once it is over.</param>
public sealed record JobStory(Guid JobId, int Told, IReadOnlyList<FoldedEvent> Events, string? Failure);
