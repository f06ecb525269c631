using Microsoft.AspNetCore.Diagnostics.HealthChecks;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Swath.Host.Composition.Health;

/// <summary>
/// <c>/health/live</c>: the process answers. <c>/health/ready</c>: so do the database and the bus (200, else 503). <c>/health</c>: the same, check by check, and what
/// of the process's work fails or stands still: that is for people, and no reason to start the process anew.
/// </summary>
internal static class HealthApi
{
    private const string Ready = "ready";

    public static IServiceCollection AddSwathHealth(this IServiceCollection services)
    {
        // The bus brings its own check, with the same tag.
        services.AddHealthChecks().AddCheck<DatabaseHealth>("database", tags: [Ready]).AddCheck<ReleaseHealth>("release", tags: [Ready], timeout: TimeSpan.FromSeconds(5))
            .AddCheck<DeliveryHealth>("delivery");
        return services;
    }

    /// <summary>Adds what a process with the scheduler's role can say.</summary>
    public static void AddSchedulerHealth(this IServiceCollection services) => services.AddHealthChecks().AddCheck<SchedulerHealth>("scheduler");

    public static void MapSwathHealth(this IEndpointRouteBuilder routes)
    {
        routes.MapHealthChecks("/health/live", new HealthCheckOptions { Predicate = _ => false });
        routes.MapHealthChecks("/health/ready", new HealthCheckOptions { Predicate = IsReadiness, ResultStatusCodes = Codes() });
        routes.MapHealthChecks("/health", new HealthCheckOptions { ResponseWriter = WriteAsync });
    }

    private static bool IsReadiness(HealthCheckRegistration check) => check.Tags.Contains(Ready);

    // A bus that has lost its broker reports Degraded at first: nothing can be delivered all the same.
    private static Dictionary<HealthStatus, int> Codes() => new()
    {
        [HealthStatus.Healthy] = StatusCodes.Status200OK,
        [HealthStatus.Degraded] = StatusCodes.Status503ServiceUnavailable,
        [HealthStatus.Unhealthy] = StatusCodes.Status503ServiceUnavailable,
    };

    private static Task WriteAsync(HttpContext context, HealthReport report)
    {
        context.Response.StatusCode = report.Entries.Values.All(entry => !entry.Tags.Contains(Ready) || entry.Status == HealthStatus.Healthy)
            ? StatusCodes.Status200OK
            : StatusCodes.Status503ServiceUnavailable;
        return context.Response.WriteAsJsonAsync(new
        {
            status = report.Status.ToString(),
            checks = report.Entries.ToDictionary(
                entry => entry.Key, entry => new { status = entry.Value.Status.ToString(), description = entry.Value.Description, data = entry.Value.Data }),
        });
    }
}
