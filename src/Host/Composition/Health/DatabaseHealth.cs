using Microsoft.Extensions.Diagnostics.HealthChecks;
using Npgsql;

namespace Swath.Host.Composition.Health;

/// <summary>Healthy while the database answers.</summary>
internal sealed class DatabaseHealth(NpgsqlDataSource database, TimeProvider time) : IHealthCheck
{
    // Who asks waits for no longer; a connection alone may take three times as long.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        using var patience = new CancellationTokenSource(Patience, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, cancellationToken);
        try
        {
            await using var command = database.CreateCommand("select 1");
            await command.ExecuteScalarAsync(either.Token);
            return HealthCheckResult.Healthy();
        }
        catch (Exception e) when (!cancellationToken.IsCancellationRequested)
        {
            return HealthCheckResult.Unhealthy("The database does not answer.", e);
        }
    }
}
