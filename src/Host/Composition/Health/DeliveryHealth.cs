using Microsoft.Extensions.Diagnostics.HealthChecks;
using Swath.Persistence.Outbox;

namespace Swath.Host.Composition.Health;

/// <summary>Tells for how long the oldest message waits that is due and in nobody's hand; healthy below a minute.</summary>
internal sealed class DeliveryHealth(UndeliveredMessages messages, TimeProvider time) : IHealthCheck
{
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        var oldest = await messages.OldestAsync(cancellationToken).WaitAsync(Patience, time, cancellationToken) ?? TimeSpan.Zero;
        var data = new Dictionary<string, object> { ["oldestUndeliveredSeconds"] = Math.Round(oldest.TotalSeconds, 1) };
        return oldest <= Longest
            ? HealthCheckResult.Healthy(data: data)
            : HealthCheckResult.Degraded($"A message has not been delivered for {oldest.TotalSeconds:F0} s. The log says why.", data: data);
    }
}
