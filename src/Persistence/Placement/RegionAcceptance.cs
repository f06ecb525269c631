namespace Swath.Persistence.Placement;

/// <summary>What <see cref="RegionAssignments.TryAcceptAsync"/> answers a worker that wants to begin a region.</summary>
public enum RegionAcceptance
{
    /// <summary>The region is the worker's: begin.</summary>
    Accepted,

    /// <summary>
    /// This very incarnation has accepted it before. A worker that still runs the region drops the message (a duplicate);
    /// one that does not (its first try died with an exception) begins again.
    /// </summary>
    AlreadyAccepted,

    /// <summary>The region was given to another, ended, or its job was stopped: drop the message.</summary>
    Stale,
}
