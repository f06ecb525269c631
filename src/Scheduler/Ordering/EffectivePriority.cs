using Swath.Persistence.Tenants;

namespace Swath.Scheduler.Ordering;

/// <summary>effective priority = base priority x tier weight + minutes waited x points per minute.</summary>
public static class EffectivePriority
{
    /// <summary>The part that does not change while the job waits.</summary>
    public static double Static(int basePriority, TenantTier tier) => (double)basePriority * tier.Weight;

    /// <summary>What waiting has added.</summary>
    public static double Aged(DateTimeOffset queuedAt, DateTimeOffset now, SchedulerOptions options) =>
        options.EnableAging && now > queuedAt ? (now - queuedAt).TotalMinutes * options.AgingPointsPerMinute : 0;

    /// <summary>The whole.</summary>
    public static double At(int basePriority, TenantTier tier, DateTimeOffset queuedAt, DateTimeOffset now, SchedulerOptions options) =>
        Static(basePriority, tier) + Aged(queuedAt, now, options);
}
