using Npgsql;
using Swath.Contracts;
using Swath.Persistence.Capacity;
using Swath.Persistence.Tenants;
using Swath.Scheduler.Capacity;
using Swath.Scheduler.Ordering;

namespace Swath.Scheduler.Admission;

/// <summary>Reads the heads of one endpoint variant's queue.</summary>
internal sealed class WaitingQueue(NpgsqlDataSource database)
{
    // Index: jobs_waiting, and nothing but: the recursion hops from one (tenant, priority) to the next, one descent each,
    // and takes the oldest jobs of each. What is read does not grow with the number of jobs that wait.
    private const string Waiting =
        """
        j.endpoint = $1 and coalesce(j.variant, '') = $2 and j.state = 'Queued' and j.admitted_at is null
              and j.waiting_reason is distinct from 'NoEligibleWorker'
        """;

    internal const string Heads =
        $"""
        with recursive lanes as (
          (select j.tenant, j.priority from jobs j where {Waiting} order by j.tenant, j.priority limit 1)
          union all
          select n.tenant, n.priority from lanes l cross join lateral (
            select j.tenant, j.priority from jobs j
             where {Waiting} and (j.tenant, j.priority) > (l.tenant, l.priority)
             order by j.tenant, j.priority limit 1) n
        )
        select l.tenant, l.priority, t.tier, coalesce(t.running, 0), t.max_running, coalesce(s.served, 0),
               h.job_id, h.queued_at, h.regions, h.tile_workers, h.kind, h.affinity, h.waiting_reason, h.waiting_detail, h.queue_position
          from lanes l
          left join tenants t on t.tenant = l.tenant
          left join tenant_shares s on s.endpoint = $1 and s.variant = $2 and s.tenant = l.tenant
         cross join lateral (
            select j.job_id, j.queued_at, nullif(j.regions_total, 0) - coalesce(j.regions_done, 0) - coalesce(j.regions_failed, 0) as regions,
                   j.tile_workers, j.kind, j.affinity::text as affinity, j.waiting_reason, j.waiting_detail, j.queue_position
              from jobs j
             where {Waiting} and j.tenant = l.tenant and j.priority = l.priority
             order by j.queued_at, j.job_id limit $3) h
        """;

    /// <summary>The first <paramref name="depth"/> waiting jobs of every tenant and base priority.</summary>
    public async Task<QueueHeads> ReadAsync(EndpointVariant key, int depth, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(Heads);
        command.Parameters.Add(new NpgsqlParameter { Value = key.Endpoint });
        command.Parameters.Add(new NpgsqlParameter { Value = key.Variant });
        command.Parameters.Add(new NpgsqlParameter { Value = depth });

        var jobs = new List<WaitingJob>();
        var tenants = new Dictionary<string, TenantStanding>(StringComparer.Ordinal);
        await using var row = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
        while (await row.ReadAsync(cancellationToken).ConfigureAwait(false))
        {
            var tenant = row.GetString(0);
            if (!tenants.ContainsKey(tenant))
            {
                tenants[tenant] = new TenantStanding
                {
                    Tenant = tenant,
                    Tier = TenantTier.Named(row.IsDBNull(2) ? null : row.GetString(2)),
                    Running = row.GetInt32(3),
                    MaxRunning = row.IsDBNull(4) ? null : row.GetInt32(4),
                    Served = row.GetDouble(5),
                };
            }

            jobs.Add(new WaitingJob
            {
                JobId = row.GetGuid(6),
                Tenant = tenant,
                Priority = row.GetInt32(1),
                QueuedAt = row.GetFieldValue<DateTimeOffset>(7),
                Regions = row.IsDBNull(8) ? JobLoad.AssumedRegions : Math.Max(1, row.GetInt32(8)),
                LoadPerRegion = Math.Max(1, row.GetInt32(9)),
                Kind = row.GetString(10),
                Affinity = row.IsDBNull(11) ? null : row.GetString(11),
                Reason = row.IsDBNull(12) ? null : Enum.Parse<WaitingReason>(row.GetString(12)),
                Detail = row.IsDBNull(13) ? null : row.GetString(13),
                Position = row.IsDBNull(14) ? null : row.GetInt32(14),
            });
        }

        return new QueueHeads(jobs, tenants, depth);
    }
}
