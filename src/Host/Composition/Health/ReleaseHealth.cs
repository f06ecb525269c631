using Microsoft.Extensions.Diagnostics.HealthChecks;
using Npgsql;
using Swath.Persistence.EventSourcing;
using Swath.Persistence.Migrations;

namespace Swath.Host.Composition.Health;

/// <summary>
/// Tells what this process left to a newer release, which is as it should be while releases are exchanged. Unhealthy when a newer release has taken
/// the database over: this process can move no job on any more.
/// </summary>
internal sealed class ReleaseHealth(NpgsqlDataSource database, LeftToNewerRelease left) : IHealthCheck
{
    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        var jobs = left.Jobs > 0 ? $"{left.Jobs} job(s) are left to a newer release: {left.Reason}" : null;
        try
        {
            return await SwathMigrator.MayWriteAsync(database, cancellationToken)
                ? HealthCheckResult.Healthy(jobs)
                : HealthCheckResult.Unhealthy("Only newer releases may write to the database: run the newer release.");
        }
        catch (Exception away) when (away is NpgsqlException or OperationCanceledException && !cancellationToken.IsCancellationRequested)
        {
            // Whether it answers is the business of another check.
            return HealthCheckResult.Healthy(jobs);
        }
    }
}
