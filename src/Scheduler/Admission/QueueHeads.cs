using Swath.Persistence.Capacity;
using Swath.Scheduler.Ordering;

namespace Swath.Scheduler.Admission;

/// <summary>The first jobs of each tenant, base priority and rule that wait for one endpoint variant.</summary>
/// <param name="Jobs">In no order.</param>
/// <param name="Tenants">The standing of every tenant among them.</param>
/// <param name="Depth">How many of each were read at most.</param>
internal sealed record QueueHeads(
    IReadOnlyList<WaitingJob> Jobs, IReadOnlyDictionary<string, TenantStanding> Tenants, int Depth)
{
    /// <summary>The same, with what the ledger knows of the tenants.</summary>
    /// <param name="entry">The endpoint variant.</param>
    /// <param name="running">Jobs of the tenants that hold reservations; null where only the order is asked for.</param>
    public QueueHeads With(LedgerEntry entry, IReadOnlyDictionary<string, int>? running = null) => this with
    {
        Tenants = Tenants.ToDictionary(
            tenant => tenant.Key,
            tenant => tenant.Value with { Served = entry.Shares.GetValueOrDefault(tenant.Key), Running = running?.GetValueOrDefault(tenant.Key) ?? 0 },
            StringComparer.Ordinal),
    };
}
