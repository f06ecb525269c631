using Swath.Contracts;

namespace Swath.Persistence.Capacity;

/// <summary>What became of an <see cref="AdmissionBatch"/>.</summary>
/// <param name="LostRace">Another was faster: nothing was written; look again. Null when the batch was committed.</param>
/// <param name="Admitted">What was told to the jobs; jobs that were no longer waiting are missing.</param>
public sealed record AdmissionOutcome(LostRace? LostRace, IReadOnlyList<CapacityReserved> Admitted)
{
    /// <summary>Jobs that the database would not admit, each by itself; they stay in the queue.</summary>
    public IReadOnlyList<RefusedAdmission> Refused { get; init; } = [];

    public static AdmissionOutcome Lost(LostRace race) => new(race, []);
}

/// <summary>A job that the database would not admit.</summary>
/// <param name="JobId">The job.</param>
/// <param name="Why">What the database said.</param>
public sealed record RefusedAdmission(Guid JobId, string Why);

/// <summary>What had changed since the decision.</summary>
public enum LostRace
{
    /// <summary>Another scheduler reserved on the endpoint variant, or its target changed.</summary>
    Ledger,

    /// <summary>Another scheduler placed a region on one of the workers, or one left.</summary>
    Workers,

    /// <summary>A tenant reached its limit on another endpoint.</summary>
    Tenants,

    /// <summary>The database broke a deadlock, or a lock was not to be had.</summary>
    Database,
}
