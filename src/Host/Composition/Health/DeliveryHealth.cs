using Microsoft.Extensions.Diagnostics.HealthChecks;
using Swath.Persistence.Outbox;

namespace Swath.Host.Composition.Health;

/// <summary>Tells for how long the oldest message waits that is due and in nobody's hand, healthy below a minute, and how many are not tried any more.</summary>
internal sealed class DeliveryHealth(UndeliveredMessages messages, TimeProvider time) : IHealthCheck
{
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        var oldest = await messages.OldestAsync(cancellationToken).WaitAsync(Patience, time, cancellationToken) ?? TimeSpan.Zero;
        var faults = await messages.CountFaultsAsync(cancellationToken).WaitAsync(Patience, time, cancellationToken);
        var data = new Dictionary<string, object> { ["oldestUndeliveredSeconds"] = Math.Round(oldest.TotalSeconds, 1), ["undeliverable"] = faults };
        if (oldest > Longest)
            return HealthCheckResult.Degraded($"A message has not been delivered for {oldest.TotalSeconds:F0} s. The log says why.", data: data);
        return faults > 0
            ? HealthCheckResult.Degraded($"{faults} messages could not be delivered and are not tried any more: 'swath faults' lists them, 'swath faults retry' tries again.", data: data)
            : HealthCheckResult.Healthy(data: data);
    }
}
