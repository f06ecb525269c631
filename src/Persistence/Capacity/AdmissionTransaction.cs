using Npgsql;
using NpgsqlTypes;
using Swath.Contracts;
using Swath.Persistence.Outbox;
using Swath.Persistence.Placement;

namespace Swath.Persistence.Capacity;

/// <summary>
/// Starts a batch of jobs on one endpoint variant in one transaction: the race is won, the jobs leave the queue, the workers
/// are taken, the regions placed, the capacity reserved and the messages written - or nothing is.
/// Locks are taken in the order endpoint, queue, workers, regions, tenants, each by name, so that admissions never deadlock.
/// </summary>
internal sealed class AdmissionTransaction(NpgsqlConnection connection, NpgsqlTransaction transaction, DateTimeOffset now)
{
    public async Task<AdmissionOutcome> RunAsync(AdmissionBatch batch, IOutbox outbox, CancellationToken cancellationToken)
    {
        if (!await WinRaceAsync(batch, cancellationToken).ConfigureAwait(false))
            return AdmissionOutcome.Lost(LostRace.Ledger);

        var waiting = await TakeFromQueueAsync(batch, cancellationToken).ConfigureAwait(false);
        var jobs = batch.Jobs.Where(job => waiting.ContainsKey(job.JobId)).ToArray();
        if (!await TakeWorkersAsync(batch, jobs, cancellationToken).ConfigureAwait(false))
            return AdmissionOutcome.Lost(LostRace.Workers);

        var placed = await PlaceAsync(jobs, waiting, cancellationToken).ConfigureAwait(false);
        var admitted = jobs.Where(job => placed.ContainsKey(job.JobId)).ToArray();
        if (admitted.Length > 0)
            await ReserveAsync(batch, admitted, placed, waiting, cancellationToken).ConfigureAwait(false);
        if (!await KeepsTenantLimitsAsync(batch, cancellationToken).ConfigureAwait(false))
            return AdmissionOutcome.Lost(LostRace.Tenants);

        CapacityReserved[] reserved =
        [
            .. admitted.Select(job => new CapacityReserved
            {
                JobId = job.JobId,
                Load = placed[job.JobId].Regions * job.LoadPerRegion,
                SingleImageException = job.Alone,
                Placements = placed[job.JobId].Placements,
                QueueTurn = waiting[job.JobId].Turn,
            }),
        ];
        if (reserved.Length > 0)
        {
            OutboxEntry[] messages = [.. reserved.Select(message => OutboxEntry.Send(Queues.ImageJob, message) with { JobId = message.JobId })];
            await outbox.EnqueueAsync(transaction, messages, cancellationToken).ConfigureAwait(false);
        }

        await transaction.CommitAsync(cancellationToken).ConfigureAwait(false);
        return new AdmissionOutcome(null, reserved);
    }

    private async Task<bool> WinRaceAsync(AdmissionBatch batch, CancellationToken cancellationToken)
    {
        await using var command = Command(
            """
            update endpoint_capacity set version = version + 1, virtual_time = greatest(virtual_time, $4)
             where endpoint = $1 and variant = $2 and version = $3
            """, batch.Key.Endpoint, batch.Key.Variant, batch.SeenVersion, batch.VirtualTime);
        return await command.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false) == 1;
    }

    /// <summary>Jobs that were cancelled, paused or admitted meanwhile are not there, and those that still hold an older reservation stay.</summary>
    private async Task<Dictionary<Guid, QueuedJob>> TakeFromQueueAsync(AdmissionBatch batch, CancellationToken cancellationToken)
    {
        await using var command = Command(
            """
            with waiting as (
              select q.job_id from queue q
               where q.job_id = any ($1)
                 and not exists (select 1 from capacity_reservations c where c.job_id = q.job_id and c.closed_at is null)
               order by q.job_id for update of q
            )
            delete from queue q using waiting w where q.job_id = w.job_id
            returning q.job_id, q.turn, q.affinity::text
            """, batch.Jobs.Select(job => job.JobId).ToArray());
        var taken = new Dictionary<Guid, QueuedJob>();
        await using var reader = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
        while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
            taken.Add(reader.GetGuid(0), new QueuedJob(reader.GetInt32(1), reader.IsDBNull(2) ? null : reader.GetString(2)));
        return taken;
    }

    private async Task<bool> TakeWorkersAsync(AdmissionBatch batch, AdmissionCandidate[] jobs, CancellationToken cancellationToken)
    {
        var used = jobs.SelectMany(job => job.Workers).Distinct().Order(StringComparer.Ordinal).ToArray();
        return used.Length == 0
            || await WorkerVersions.TryTakeAsync(transaction, used, batch.SeenWorkers, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Regions in the order of their number: the first ones go to the candidate's workers, the rest wait for a slot.</summary>
    private async Task<Dictionary<Guid, PlacedJob>> PlaceAsync(
        AdmissionCandidate[] jobs, Dictionary<Guid, QueuedJob> waiting, CancellationToken cancellationToken)
    {
        var open = await ReadOpenRegionsAsync(jobs, cancellationToken).ConfigureAwait(false);
        var regions = jobs
            .Where(job => open.ContainsKey(job.JobId))
            .SelectMany(job => open[job.JobId].Select((region, index) =>
                (job.JobId, Region: region, Load: job.LoadPerRegion, Worker: index < job.Workers.Count ? job.Workers[index] : null)))
            .ToArray();

        // Index: the primary key. The database would match regions and workers by nested loops, in memory it is a walk.
        await using var command = Command(
            """
            update job_regions r
               set load = p.load, worker_id = p.worker_id, accepted_at = null, accepted_by = null,
                   attempt = r.attempt + (p.worker_id is not null)::int,
                   anti = case when p.affinity is not null
                               then nullif(array(select jsonb_array_elements_text(p.affinity::jsonb -> 'antiJobKinds')), '{}') end,
                   placed_at = case when p.worker_id is not null then $6::timestamptz end,
                   wanted_since = case when p.worker_id is null then $6::timestamptz end,
                   wanted_because = case when p.worker_id is null then 'the job has more regions than there were free slots' end
              from unnest($1, $2, $3, $4, $5) as p (job_id, region_id, load, worker_id, affinity)
             where r.job_id = p.job_id and r.region_id = p.region_id
            returning r.job_id, r.region_id, r.worker_id, r.attempt
            """,
            regions.Select(region => region.JobId).ToArray(),
            regions.Select(region => region.Region).ToArray(),
            regions.Select(region => region.Load).ToArray(),
            regions.Select(region => region.Worker).ToArray(),
            regions.Select(region => waiting[region.JobId].Affinity).ToArray(),
            now);
        command.Parameters[3].NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Text;
        command.Parameters[4].NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Text;

        var placed = new Dictionary<Guid, PlacedJob>();
        await using var reader = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
        while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
        {
            var jobId = reader.GetGuid(0);
            if (!placed.TryGetValue(jobId, out var job))
                placed[jobId] = job = new PlacedJob();
            job.Regions++;
            if (!reader.IsDBNull(2))
                job.Placements.Add(new RegionPlacement(reader.GetInt32(1), reader.GetString(2), reader.GetInt32(3)));
        }

        return placed;
    }

    private async Task<Dictionary<Guid, List<int>>> ReadOpenRegionsAsync(AdmissionCandidate[] jobs, CancellationToken cancellationToken)
    {
        await using var command = Command(
            "select job_id, region_id from job_regions where job_id = any ($1) and ended_at is null order by job_id, region_id for no key update",
            jobs.Select(job => job.JobId).ToArray());
        var open = new Dictionary<Guid, List<int>>();
        await using var reader = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
        while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
        {
            var jobId = reader.GetGuid(0);
            if (!open.TryGetValue(jobId, out var regions))
                open[jobId] = regions = [];
            regions.Add(reader.GetInt32(1));
        }

        return open;
    }

    private async Task ReserveAsync(
        AdmissionBatch batch, AdmissionCandidate[] jobs, Dictionary<Guid, PlacedJob> placed, Dictionary<Guid, QueuedJob> waiting,
        CancellationToken cancellationToken)
    {
        await using var command = Command(
            """
            insert into capacity_reservations (job_id, endpoint, variant, tenant, load, alone, unchecked, turn, reserved_at)
            select r.job_id, $1, $2, r.tenant, r.load, r.alone, r.unchecked, r.turn, $9
              from unnest($3, $4, $5, $6, $7, $8) as r (job_id, tenant, load, alone, unchecked, turn)
            """,
            batch.Key.Endpoint, batch.Key.Variant,
            jobs.Select(job => job.JobId).ToArray(),
            jobs.Select(job => job.Tenant).ToArray(),
            jobs.Select(job => placed[job.JobId].Regions * job.LoadPerRegion).ToArray(),
            jobs.Select(job => job.Alone).ToArray(),
            jobs.Select(job => job.Unchecked).ToArray(),
            jobs.Select(job => waiting[job.JobId].Turn).ToArray(),
            now);
        await command.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);

        if (batch.Shares.Count == 0)
            return;
        await using var shares = Command(
            """
            insert into tenant_shares (endpoint, variant, tenant, served)
            select $1, $2, s.tenant, s.served from unnest($3, $4) as s (tenant, served)
            on conflict (endpoint, variant, tenant) do update set served = excluded.served
            """, batch.Key.Endpoint, batch.Key.Variant, batch.Shares.Keys.ToArray(), batch.Shares.Values.ToArray());
        await shares.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>The reservations have locked and counted the tenants' rows: the figures are final.</summary>
    private async Task<bool> KeepsTenantLimitsAsync(AdmissionBatch batch, CancellationToken cancellationToken)
    {
        if (batch.TenantLimits.Count == 0)
            return true;
        await using var command = Command(
            """
            select not exists (select 1 from unnest($1, $2) as l (tenant, max_running) join tenants t using (tenant)
                                where t.running > l.max_running)
            """, batch.TenantLimits.Keys.ToArray(), batch.TenantLimits.Values.ToArray());
        return (bool)(await command.ExecuteScalarAsync(cancellationToken).ConfigureAwait(false))!;
    }

    private NpgsqlCommand Command(string sql, params object[] arguments)
    {
        var command = new NpgsqlCommand(sql, connection, transaction);
        foreach (var argument in arguments)
            command.Parameters.Add(new NpgsqlParameter { Value = argument });
        return command;
    }

    private sealed record QueuedJob(int Turn, string? Affinity);

    private sealed class PlacedJob
    {
        public int Regions { get; set; }
        public List<RegionPlacement> Placements { get; } = [];
    }
}
