using System.Text.Json;
using Npgsql;
using NpgsqlTypes;
using Swath.Contracts;
using Swath.Persistence.Outbox;
using Swath.Persistence.Placement;

namespace Swath.Persistence.Capacity;

/// <summary>
/// Starts a batch of jobs on one endpoint variant in one transaction: the jobs leave the queue, the race is won and the capacity reserved, the
/// workers are taken, the regions placed and the messages written - or nothing is.
/// Locks are taken in the order queue, regions, tenants, ledger, workers, each by name, so that admissions never deadlock.
/// </summary>
internal sealed class AdmissionTransaction(NpgsqlConnection connection, NpgsqlTransaction transaction, RunningJobs running)
{
    public async Task<AdmissionOutcome> RunAsync(AdmissionBatch batch, IOutbox outbox, CancellationToken cancellationToken)
    {
        var jobs = await TakeFromQueueAsync(batch, cancellationToken).ConfigureAwait(false);
        if (jobs.Count == 0)
            return new AdmissionOutcome(null, []);
        if (await ReserveAsync(batch, jobs, cancellationToken).ConfigureAwait(false) is { } lost)
            return AdmissionOutcome.Lost(lost);

        CapacityReserved[] reserved =
        [
            .. jobs.Select(job => new CapacityReserved
            {
                JobId = job.JobId,
                Load = job.Reserved,
                SingleImageException = job.Candidate.Alone,
                Placements = [.. job.Placements],
                QueueTurn = job.QueueTurn,
            }),
        ];
        OutboxEntry[] messages = [.. reserved.Select(message => OutboxEntry.Send(Queues.ImageJob, message) with { JobId = message.JobId })];
        await outbox.EnqueueAsync(transaction, messages, cancellationToken).ConfigureAwait(false);
        await transaction.CommitAsync(cancellationToken).ConfigureAwait(false);
        outbox.Committed();
        return new AdmissionOutcome(null, reserved);
    }

    /// <summary>Jobs that were cancelled, paused or admitted meanwhile are not there, and those that still hold an older reservation stay.</summary>
    private async Task<List<AdmittedJob>> TakeFromQueueAsync(AdmissionBatch batch, CancellationToken cancellationToken)
    {
        var candidates = batch.Jobs.ToDictionary(job => job.JobId);
        Guid[] ids = [.. candidates.Keys];
        await using var commands = new NpgsqlBatch(connection, transaction)
        {
            BatchCommands =
            {
                new NpgsqlBatchCommand(PlanSettings.ByIndex),
                Command(
                    """
                    with waiting as (
                      select q.job_id from queue q
                       where q.job_id = any ($1)
                         and not exists (select 1 from capacity_reservations c where c.job_id = q.job_id and c.closed_at is null)
                       order by q.job_id for update of q
                    )
                    delete from queue q using waiting w where q.job_id = w.job_id
                    returning q.job_id, q.turn, q.affinity::text
                    """, ids),
                Command(
                    """
                    select job_id, region_id, tiles, attempt from job_regions
                     where job_id = any ($1) and ended_at is null order by job_id, region_id for no key update
                    """, ids),
            },
        };

        var taken = new Dictionary<Guid, AdmittedJob>();
        await using var row = await commands.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
        await row.NextResultAsync(cancellationToken).ConfigureAwait(false);
        while (await row.ReadAsync(cancellationToken).ConfigureAwait(false))
            taken.Add(row.GetGuid(0), new AdmittedJob(candidates[row.GetGuid(0)], batch.Target, row.GetInt32(1), row.IsDBNull(2) ? null : row.GetString(2)));
        await row.NextResultAsync(cancellationToken).ConfigureAwait(false);
        while (await row.ReadAsync(cancellationToken).ConfigureAwait(false))
        {
            if (taken.TryGetValue(row.GetGuid(0), out var job))
                job.Add(row.GetInt32(1), row.GetInt32(2), row.GetInt32(3));
        }

        return [.. taken.Values];
    }

    /// <returns>Who was faster; null when all is written.</returns>
    private async Task<LostRace?> ReserveAsync(AdmissionBatch batch, List<AdmittedJob> jobs, CancellationToken cancellationToken)
    {
        var workers = jobs.SelectMany(job => job.Placements).Select(placement => placement.WorkerId).Distinct().Order(StringComparer.Ordinal).ToArray();
        var tenants = batch.TenantLimits.Keys.ToArray();
        await using var commands = new NpgsqlBatch(connection, transaction)
        {
            BatchCommands = { RunningJobs.Lock(tenants), Chain(batch, jobs), WorkerVersions.Take(workers, batch.SeenWorkers), Place(jobs), running.Count(tenants) },
        };
        await using var row = await commands.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
        await row.NextResultAsync(cancellationToken).ConfigureAwait(false);
        if (await CountAsync(row, cancellationToken).ConfigureAwait(false) != jobs.Count)
            return LostRace.Ledger;
        await row.NextResultAsync(cancellationToken).ConfigureAwait(false);
        if (await CountAsync(row, cancellationToken).ConfigureAwait(false) != workers.Length)
            return LostRace.Workers;
        await row.NextResultAsync(cancellationToken).ConfigureAwait(false);
        var counts = await running.ReadAsync(row, isLocked: true, cancellationToken).ConfigureAwait(false);
        return counts.Any(tenant => tenant.Value > batch.TenantLimits[tenant.Key]) ? LostRace.Tenants : null;
    }

    /// <summary>The row of the ledger that follows the one that was seen, and its reservations; none where another row follows it.</summary>
    private static NpgsqlBatchCommand Chain(AdmissionBatch batch, List<AdmittedJob> jobs)
    {
        // Index: the primary key.
        var command = Command(
            """
            with won as (
              insert into capacity_ledger (endpoint, variant, seq, max_capacity, target, added, admitted, checked, virtual_time, shares, problem)
              select l.endpoint, l.variant, l.seq + 1, l.max_capacity, l.target, $4, $5, $6, greatest(l.virtual_time, $7),
                     (select coalesce(jsonb_object_agg(s.key, s.value), '{}') from jsonb_each(l.shares || $8) s where s.value::float8 > greatest(l.virtual_time, $7)),
                     l.problem
                from capacity_ledger l where l.endpoint = $1 and l.variant = $2 and l.seq = $3
              on conflict do nothing
              returning seq
            ), reserved as (
              insert into capacity_reservations (job_id, endpoint, variant, tenant, load, beyond, alone, unchecked, turn, reserved_at, ledger_seq)
              select r.job_id, $1, $2, r.tenant, r.load, r.beyond, r.alone, r.unchecked, r.turn, swath_now(), won.seq
                from unnest($9, $10, $11, $12, $13, $14, $15) as r (job_id, tenant, load, beyond, alone, unchecked, turn), won
              returning 1
            )
            select count(*)::int from reserved
            """,
            batch.Key.Endpoint, batch.Key.Variant, batch.SeenVersion,
            jobs.Sum(job => job.Reserved), jobs.Count, !jobs.TrueForAll(job => job.Candidate.Unchecked),
            batch.VirtualTime, JsonSerializer.Serialize(batch.Shares),
            jobs.Select(job => job.JobId).ToArray(),
            jobs.Select(job => job.Candidate.Tenant).ToArray(),
            jobs.Select(job => job.Reserved).ToArray(),
            jobs.Select(job => job.Beyond).ToArray(),
            jobs.Select(job => job.Candidate.Alone).ToArray(),
            jobs.Select(job => job.Candidate.Unchecked).ToArray(),
            jobs.Select(job => job.QueueTurn).ToArray());
        command.Parameters[7].NpgsqlDbType = NpgsqlDbType.Jsonb;
        return command;
    }

    /// <summary>Writes down where the regions go; those without a worker wait for one.</summary>
    private static NpgsqlBatchCommand Place(List<AdmittedJob> jobs)
    {
        var regions = jobs.SelectMany(job => job.Regions.Select(region => (job.JobId, Region: region, job.Affinity))).ToArray();

        // Index: the primary key. The database would match regions and workers by nested loops, in memory it is a walk.
        var command = Command(
            """
            update job_regions r
               set load = p.load, worker_id = p.worker_id, accepted_at = null, accepted_by = null,
                   attempt = r.attempt + (p.worker_id is not null)::int,
                   anti = case when p.affinity is not null
                               then nullif(array(select jsonb_array_elements_text(p.affinity::jsonb -> 'antiJobKinds')), '{}') end,
                   placed_at = case when p.worker_id is not null then swath_now() end,
                   wanted_since = case when p.worker_id is null then swath_now() end,
                   wanted_because = p.because
              from unnest($1, $2, $3, $4, $5, $6) as p (job_id, region_id, load, worker_id, because, affinity)
             where r.job_id = p.job_id and r.region_id = p.region_id
            """,
            regions.Select(region => region.JobId).ToArray(),
            regions.Select(region => region.Region.RegionId).ToArray(),
            regions.Select(region => region.Region.Load).ToArray(),
            regions.Select(region => region.Region.WorkerId).ToArray(),
            regions.Select(region => region.Region.Because).ToArray(),
            regions.Select(region => region.Affinity).ToArray());
        command.Parameters[3].NpgsqlDbType = command.Parameters[4].NpgsqlDbType = command.Parameters[5].NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Text;
        return command;
    }

    private static async Task<int> CountAsync(NpgsqlDataReader row, CancellationToken cancellationToken) =>
        await row.ReadAsync(cancellationToken).ConfigureAwait(false) ? row.GetInt32(0) : 0;

    private static NpgsqlBatchCommand Command(string sql, params object[] arguments)
    {
        var command = new NpgsqlBatchCommand(sql);
        foreach (var argument in arguments)
            command.Parameters.Add(new NpgsqlParameter { Value = argument });
        return command;
    }
}
