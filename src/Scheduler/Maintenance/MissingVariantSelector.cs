using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Npgsql;
using Swath.Contracts;
using Swath.Endpoints;
using Swath.Persistence.Outbox;
using Swath.Scheduler.Capacity;

namespace Swath.Scheduler.Maintenance;

/// <summary>
/// Chooses the variants of jobs that were queued while their endpoint could not be described: they are not admissible, since an endpoint is counted
/// by its variants, and wait by the reason EndpointUnknown until it answers.
/// </summary>
public sealed class MissingVariantSelector(
    NpgsqlDataSource database, IVariantSelector selector, EndpointCapacities capacities, IOutbox outbox, IOptionsMonitor<SchedulerOptions> options,
    TimeProvider time, ILogger<MissingVariantSelector> logger) : Periodic(time, logger)
{
    private const int Batch = 1_000;

    protected override TimeSpan Interval => options.CurrentValue.CapacityRefresh;

    public override async Task RunOnceAsync(CancellationToken cancellationToken = default)
    {
        foreach (var endpoint in await ReadEndpointsAsync(cancellationToken).ConfigureAwait(false))
        {
            var after = Guid.Empty;
            while (await ReadJobsAsync(endpoint, after, cancellationToken).ConfigureAwait(false) is { Count: > 0 } jobs)
            {
                foreach (var group in jobs.GroupBy(job => (job.Endpoint.Type, job.Endpoint.AssumedRole)))
                    await SelectAsync([.. group], cancellationToken).ConfigureAwait(false);
                after = jobs[^1].JobId;
            }
        }
    }

    private async Task SelectAsync(List<(Guid JobId, ModelEndpoint Endpoint, int TileWorkers)> jobs, CancellationToken cancellationToken)
    {
        var endpoint = jobs[0].Endpoint;
        var chosen = new List<VariantSelected>();
        var described = new HashSet<string>(StringComparer.Ordinal);
        try
        {
            foreach (var (jobId, _, tileWorkers) in jobs)
            {
                var variant = await selector.SelectAsync(endpoint, cancellationToken).ConfigureAwait(false);
                if (described.Add(variant ?? ""))
                    await capacities.RefreshAsync(endpoint.Name, endpoint.Type, variant, endpoint.AssumedRole, cancellationToken).ConfigureAwait(false);
                if (variant is not null)
                    chosen.Add(new VariantSelected { JobId = jobId, Variant = variant, TileWorkersPerRegion = tileWorkers });
            }
        }
        catch (InvocationException failure)
        {
            logger.LogWarning(failure, "Endpoint {Endpoint} can't be described; {Count} jobs wait for the choice of their variant", endpoint.Name, jobs.Count);
            await WriteReasonAsync(jobs, EndpointCapacities.ToldToAll(failure, endpoint.Name, endpoint.AssumedRole), cancellationToken).ConfigureAwait(false);
        }

        if (chosen.Count == 0)
            return;
        logger.LogInformation("Endpoint {Endpoint} can be described: {Count} jobs have their variants", endpoint.Name, chosen.Count);
        await outbox.EnqueueAsync([.. chosen.Select(message => OutboxEntry.Send(Queues.ImageJob, message) with { JobId = message.JobId })], cancellationToken).ConfigureAwait(false);
    }

    /// <summary>The endpoints for which jobs wait without a variant, and which are not counted as a whole.</summary>
    private async Task<List<string>> ReadEndpointsAsync(CancellationToken cancellationToken)
    {
        // Index: queue_lanes. The recursion hops from one endpoint to the next.
        await using var command = database.CreateCommand(
            """
            with recursive endpoints as (
              (select q.endpoint from queue q order by q.endpoint limit 1)
              union all
              select n.endpoint from endpoints e cross join lateral (select q.endpoint from queue q where q.endpoint > e.endpoint order by q.endpoint limit 1) n
            )
            select e.endpoint from endpoints e
             where exists (select from queue q where q.endpoint = e.endpoint and q.variant = '')
               and not exists (select from capacity_ledger l where l.endpoint = e.endpoint and l.variant = '')
            """);
        var endpoints = new List<string>();
        await using var row = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
        while (await row.ReadAsync(cancellationToken).ConfigureAwait(false))
            endpoints.Add(row.GetString(0));
        return endpoints;
    }

    private async Task<List<(Guid JobId, ModelEndpoint Endpoint, int TileWorkers)>> ReadJobsAsync(string endpoint, Guid after, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(
            $"""
            select q.job_id, j.endpoint_type, q.tile_workers,
                   (select e.data -> 'endpoint' ->> 'assumedRole' from job_events e where e.job_id = j.job_id and e.version = 1)
              from queue q join jobs j on j.job_id = q.job_id
             where q.endpoint = $1 and q.variant = '' and q.job_id > $2 order by q.job_id limit {Batch}
            """);
        command.Parameters.Add(new NpgsqlParameter { Value = endpoint });
        command.Parameters.Add(new NpgsqlParameter { Value = after });
        var jobs = new List<(Guid, ModelEndpoint, int)>();
        await using var row = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
        while (await row.ReadAsync(cancellationToken).ConfigureAwait(false))
        {
            if (!row.IsDBNull(1) && Enum.TryParse<EndpointType>(row.GetString(1), out var type))
                jobs.Add((row.GetGuid(0), new ModelEndpoint { Name = endpoint, Type = type, AssumedRole = row.IsDBNull(3) ? null : row.GetString(3) }, row.GetInt32(2)));
        }

        return jobs;
    }

    private async Task WriteReasonAsync(List<(Guid JobId, ModelEndpoint Endpoint, int TileWorkers)> jobs, string detail, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(
            """
            with changed as (
              select q.job_id from queue q
               where q.job_id = any ($1) and q.variant = '' and (q.reason, q.detail) is distinct from ('EndpointUnknown', $2)
               order by q.job_id for no key update
            )
            update queue q set reason = 'EndpointUnknown', detail = $2 from changed c where q.job_id = c.job_id
            """);
        command.Parameters.Add(new NpgsqlParameter { Value = jobs.Select(job => job.JobId).ToArray() });
        command.Parameters.Add(new NpgsqlParameter { Value = detail });
        await command.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);
    }
}
