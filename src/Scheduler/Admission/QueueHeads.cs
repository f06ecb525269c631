using Swath.Scheduler.Ordering;

namespace Swath.Scheduler.Admission;

/// <summary>The first jobs of each tenant, base priority and rule that wait for one endpoint variant.</summary>
/// <param name="Jobs">In no order.</param>
/// <param name="Tenants">The standing of every tenant among them.</param>
/// <param name="Depth">How many of each were read at most.</param>
internal sealed record QueueHeads(
    IReadOnlyList<WaitingJob> Jobs, IReadOnlyDictionary<string, TenantStanding> Tenants, int Depth);
