namespace Swath.Persistence.Tenants;

/// <summary>An SLA tier: what its tenants weigh, and how much they may have running and waiting.</summary>
/// <param name="Name">As it stands in <c>tenants.tier</c>.</param>
/// <param name="Weight">Multiplies the base priority, and is the tenant's part in fair sharing.</param>
/// <param name="MaxRunning">Jobs at once.</param>
/// <param name="MaxQueued">Jobs that may wait.</param>
public sealed record TenantTier(string Name, int Weight, int MaxRunning, int MaxQueued)
{
    public static TenantTier Free { get; } = new("free", 1, 10, 50);
    public static TenantTier Standard { get; } = new("standard", 10, 100, 500);
    public static TenantTier Premium { get; } = new("premium", 50, 500, 2_000);
    public static TenantTier Enterprise { get; } = new("enterprise", 100, 2_000, 10_000);

    public static IReadOnlyList<TenantTier> All { get; } = [Free, Standard, Premium, Enterprise];

    /// <summary>The tier of that name; standard for a tenant that was given none.</summary>
    public static TenantTier Named(string? name) => name switch
    {
        "free" => Free,
        "premium" => Premium,
        "enterprise" => Enterprise,
        _ => Standard,
    };
}
