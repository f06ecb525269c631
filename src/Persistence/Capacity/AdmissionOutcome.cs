using Swath.Contracts;

namespace Swath.Persistence.Capacity;

/// <summary>What became of an <see cref="AdmissionBatch"/>.</summary>
/// <param name="LostRace">Another was faster: nothing was written; look again. Null when the batch was committed.</param>
/// <param name="Admitted">What was told to the jobs; jobs that were no longer waiting are missing.</param>
public sealed record AdmissionOutcome(LostRace? LostRace, IReadOnlyList<CapacityReserved> Admitted)
{
    public static AdmissionOutcome Lost(LostRace race) => new(race, []);
}

/// <summary>What had changed since the decision.</summary>
public enum LostRace
{
    /// <summary>Another scheduler reserved on the endpoint variant, or its target changed.</summary>
    Ledger,

    /// <summary>Another scheduler placed a region on one of the workers, or one left.</summary>
    Workers,

    /// <summary>A tenant reached its limit on another endpoint.</summary>
    Tenants,

    /// <summary>The database refused or broke a deadlock.</summary>
    Database,
}
