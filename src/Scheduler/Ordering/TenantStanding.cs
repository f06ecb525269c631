using Swath.Persistence.Tenants;

namespace Swath.Scheduler.Ordering;

/// <summary>A tenant with jobs in the queue, as one cycle sees it.</summary>
public sealed record TenantStanding
{
    public required string Tenant { get; init; }
    public required TenantTier Tier { get; init; }

    /// <summary>Jobs that hold reservations, on all endpoints.</summary>
    public int Running { get; init; }

    /// <summary>The tenant's own limit of running jobs; the tier's when absent.</summary>
    public int? MaxRunning { get; init; }

    /// <summary>Fair queueing: the finish tag of its last admitted job on this endpoint variant, in load per weight.</summary>
    public double Served { get; init; }

    public int RunningLimit => MaxRunning ?? Tier.MaxRunning;
}
