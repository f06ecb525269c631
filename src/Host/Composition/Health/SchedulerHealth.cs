using Microsoft.Extensions.Diagnostics.HealthChecks;
using Swath.Scheduler.Admission;
using Swath.Scheduler.Maintenance;

namespace Swath.Host.Composition.Health;

/// <summary>Healthy while admission cycles end, no endpoint's admission fails, and every duty beside them was done the last time. The log has the reasons.</summary>
internal sealed class SchedulerHealth(IServiceProvider services) : IHealthCheck
{
    // Twelve ticks of the default.
    private static readonly TimeSpan LongestSilence = TimeSpan.FromMinutes(1);

    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        var progress = services.GetRequiredService<AdmissionProgress>();
        string[] failing = [.. services.GetServices<IHostedService>().OfType<Periodic>().Where(duty => duty.FailuresInARow > 0).Select(duty => duty.GetType().Name)];
        var data = new Dictionary<string, object>
        {
            ["secondsSinceCycle"] = Math.Round(progress.SinceCycle.TotalSeconds, 1),
            ["longestSecondsSinceLookAtAnEndpoint"] = Math.Round(progress.LongestSinceLook.TotalSeconds, 1),
            ["failingEndpoints"] = progress.FailingEndpoints,
            ["failingDuties"] = failing,
        };

        List<string> troubles = [];
        if (progress.SinceCycle > LongestSilence)
            troubles.Add($"No admission cycle has ended for {progress.SinceCycle.TotalSeconds:F0} s.");
        if (progress.FailingEndpoints > 0)
            troubles.Add($"Admission fails on {progress.FailingEndpoints} endpoints, and is tried again on each.");
        if (progress.LongestSinceLook > LongestSilence)
            troubles.Add($"An endpoint that jobs wait for was not looked at for {progress.LongestSinceLook.TotalSeconds:F0} s.");
        if (failing.Length > 0)
            troubles.Add($"What fails, and is tried again: {string.Join(", ", failing)}.");
        return Task.FromResult(troubles.Count == 0
            ? HealthCheckResult.Healthy(data: data)
            : HealthCheckResult.Degraded($"{string.Join(' ', troubles)} The log says why.", data: data));
    }
}
