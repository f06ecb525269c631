using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Npgsql;
using Swath.Contracts;
using Swath.Endpoints;
using Swath.Scheduler.Capacity;

namespace Swath.Scheduler.Maintenance;

/// <summary>
/// Follows endpoints that scale: asks again for the capacity of those that have unfinished jobs. At once when the settings change
/// that it depends on, such as DEFAULT_HTTP_ENDPOINT_CONCURRENCY.
/// </summary>
public sealed class CapacityRefresher(
    NpgsqlDataSource database, EndpointCapacities capacities, IOptionsMonitor<SchedulerOptions> options,
    IOptionsMonitor<EndpointsOptions> endpointsOptions, TimeProvider time, ILogger<CapacityRefresher> logger) : Periodic(time, logger)
{
    private readonly SemaphoreSlim _changed = new(0);
    private IDisposable? _watch;

    protected override TimeSpan Interval => options.CurrentValue.CapacityRefresh;

    public override async Task RunOnceAsync(CancellationToken cancellationToken = default)
    {
        foreach (var (endpoint, variant, type, role) in await ReadAsync(cancellationToken).ConfigureAwait(false))
            await capacities.RefreshAsync(endpoint, type, variant.Length == 0 ? null : variant, role, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Watches from the start on: what runs in the background begins some time later.</summary>
    public override Task StartAsync(CancellationToken cancellationToken)
    {
        _watch = endpointsOptions.OnChange((_, _) => _changed.Release());
        return base.StartAsync(cancellationToken);
    }

    public override void Dispose()
    {
        _watch?.Dispose();
        base.Dispose();
        _changed.Dispose();
    }

    protected override async Task WaitAsync(CancellationToken cancellationToken)
    {
        using var rest = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var turn = await Task.WhenAny(base.WaitAsync(rest.Token), _changed.WaitAsync(rest.Token)).ConfigureAwait(false);
        await rest.CancelAsync().ConfigureAwait(false);
        await turn.ConfigureAwait(false);
    }

    /// <summary>Each endpoint variant with the role of one of its jobs, which may see what the process's own identity may not.</summary>
    private async Task<List<(string Endpoint, string Variant, EndpointType Type, string? Role)>> ReadAsync(CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(
            """
            select c.endpoint, c.variant, j.endpoint_type,
                   (select e.data -> 'endpoint' ->> 'assumedRole' from job_events e where e.job_id = j.job_id and e.version = 1)
              from capacity c
              cross join lateral (
                select coalesce(
                  (select q.job_id from queue q where q.endpoint = c.endpoint and q.variant = c.variant limit 1),
                  (select r.job_id from capacity_reservations r join jobs h using (job_id)
                    where r.endpoint = c.endpoint and r.variant = c.variant and r.closed_at is null limit 1)) as job_id
              ) one
              join jobs j using (job_id)
            """);
        var endpoints = new List<(string, string, EndpointType, string?)>();
        await using var reader = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
        while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
        {
            if (!reader.IsDBNull(2) && Enum.TryParse<EndpointType>(reader.GetString(2), out var type))
                endpoints.Add((reader.GetString(0), reader.GetString(1), type, reader.IsDBNull(3) ? null : reader.GetString(3)));
        }

        return endpoints;
    }
}
