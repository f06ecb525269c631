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
        foreach (var (endpoint, variant, type) in await ReadAsync(cancellationToken).ConfigureAwait(false))
            await capacities.RefreshAsync(endpoint, type, variant.Length == 0 ? null : variant, cancellationToken).ConfigureAwait(false);
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

    private async Task<List<(string Endpoint, string Variant, EndpointType Type)>> ReadAsync(CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(
            """
            select c.endpoint, c.variant,
                   (select j.endpoint_type from jobs j
                     where j.endpoint = c.endpoint and coalesce(j.variant, '') = c.variant and j.state = 'Queued' and j.admitted_at is null
                       and j.waiting_reason is distinct from 'NoEligibleWorker' limit 1),
                   (select j.endpoint_type from capacity_reservations r join jobs j using (job_id)
                     where r.endpoint = c.endpoint and r.variant = c.variant and r.closed_at is null limit 1)
              from endpoint_capacity c
            """);
        var endpoints = new List<(string, string, EndpointType)>();
        await using var reader = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
        while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
        {
            var name = reader.IsDBNull(2) ? (reader.IsDBNull(3) ? null : reader.GetString(3)) : reader.GetString(2);
            if (Enum.TryParse<EndpointType>(name, out var type))
                endpoints.Add((reader.GetString(0), reader.GetString(1), type));
        }

        return endpoints;
    }
}
