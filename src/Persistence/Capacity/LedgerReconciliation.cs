using Npgsql;

namespace Swath.Persistence.Capacity;

/// <summary>The ways in which the ledger, the regions and the jobs can disagree, and what puts each right.</summary>
internal static class LedgerReconciliation
{
    // What the jobs have not told for this long they will not tell: commands are on their way for less.
    private static readonly TimeSpan Grace = TimeSpan.FromMinutes(1);

    public static async Task<IReadOnlyList<LedgerRepair>> RunAsync(
        NpgsqlDataSource database, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var repairs = new List<LedgerRepair>();
        await using var connection = await database.OpenConnectionAsync(cancellationToken).ConfigureAwait(false);

        // A reservation whose job is over, stopped, back in the queue or gone. Index: capacity_reservations_open.
        const string Orphaned =
            """
            c.closed_at is null and c.reserved_at < $1 and coalesce(j.updated_at, '-infinity') < $1
                 and (j.job_id is null or j.state in ('Completed', 'PartiallyCompleted', 'Failed', 'Cancelled', 'Paused')
                      or j.state = 'Queued' and exists (select from queue q where q.job_id = c.job_id))
            """;
        await using var releasing = await connection.BeginTransactionAsync(cancellationToken).ConfigureAwait(false);
        var orphans = await ReadOrphansAsync().ConfigureAwait(false);
        await ReservationSql.LockOpenRegionsAsync(releasing, orphans, cancellationToken).ConfigureAwait(false);
        await RepairAsync(
            $"""
            with orphans as (
              select c.reservation_id, c.job_id, c.endpoint, c.load - c.released as held, coalesce(j.state, 'unknown') as state
                from capacity_reservations c left join jobs j on j.job_id = c.job_id
               where c.job_id = any ($3) and {Orphaned}
               order by c.reservation_id for update of c
            ), taken as (
              update job_regions r
                 set worker_id = null, placed_at = null, accepted_at = null, accepted_by = null, wanted_since = null, wanted_because = null
                from orphans o where r.job_id = o.job_id and r.ended_at is null
            ), closed as (
              update capacity_reservations c set released = c.load, closed_at = $2 from orphans o where c.reservation_id = o.reservation_id
            )
            select job_id, 'job is ' || state || ' but still held ' || held || ' of endpoint ' || endpoint || ': given back' from orphans
            """, orphans).ConfigureAwait(false);
        await releasing.CommitAsync(cancellationToken).ConfigureAwait(false);

        // A region that nobody runs and nobody looks for, though its job runs. Where the job holds nothing either, what it runs
        // is recorded without a limit: it runs already.
        await RepairAsync(
            """
            with forgotten as (
              update job_regions r set wanted_since = $2, wanted_because = 'it was forgotten', load = j.tile_workers
                from jobs j
               where j.state = 'Running' and j.updated_at < $1
                 and r.job_id = j.job_id and r.ended_at is null and r.worker_id is null and r.wanted_since is null
              returning r.job_id, r.region_id, r.load, j.endpoint, coalesce(j.variant, '') as variant, j.tenant
            ), recorded as (
              insert into capacity_reservations (job_id, endpoint, variant, tenant, load, unchecked, reserved_at)
              select f.job_id, f.endpoint, f.variant, f.tenant, sum(f.load), true, $2 from forgotten f
               where not exists (select 1 from capacity_reservations c where c.job_id = f.job_id and c.closed_at is null)
               group by f.job_id, f.endpoint, f.variant, f.tenant
            )
            select job_id, 'region ' || region_id || ' had neither a worker nor was one looked for: looked for now' from forgotten
            """).ConfigureAwait(false);

        // A job that is Queued, waits in no queue and holds nothing: somebody deleted its row. Index: jobs_queued.
        await RepairAsync(
            """
            with missing as (
              select j.job_id from jobs j
               where j.state = 'Queued' and j.updated_at < $1
                 and not exists (select from queue q where q.job_id = j.job_id)
                 and not exists (select from capacity_reservations c where c.job_id = j.job_id and c.closed_at is null)
               order by j.job_id limit 1000
            ), queued as (
              insert into queue (job_id, endpoint, variant, tenant, priority, queued_at, turn, regions, tile_workers, kind, affinity)
              select q.* from missing m join jobs j using (job_id) cross join lateral swath_queue_row(j) q
              on conflict do nothing
              returning job_id
            )
            select job_id, 'job was Queued, and stood in no queue: queued again' from queued
            """).ConfigureAwait(false);

        // Reserved is kept by triggers: it differs only when somebody went around them. The locks come first and by themselves,
        // so that the statements that count see everything that was committed before them.
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken).ConfigureAwait(false);
        await ExecuteAsync("set local swath.repair = 'on'").ConfigureAwait(false);
        await ExecuteAsync("select 1 from endpoint_capacity order by endpoint, variant for no key update").ConfigureAwait(false);
        await ExecuteAsync("select 1 from tenants order by tenant for no key update").ConfigureAwait(false);
        await RepairAsync(
            """
            with counted as (
              select l.endpoint, l.variant, l.reserved, l.holders, coalesce(sum(c.load - c.released), 0)::int as actual, count(c.reservation_id)::int as actual_holders
                from endpoint_capacity l left join capacity_reservations c
                  on c.endpoint = l.endpoint and c.variant = l.variant and c.closed_at is null
               group by l.endpoint, l.variant
            ), wrong as (
              select * from counted where actual <> reserved or actual_holders <> holders
            ), repaired as (
              update endpoint_capacity e set reserved = w.actual, holders = w.actual_holders, version = version + 1
                from wrong w where e.endpoint = w.endpoint and e.variant = w.variant
            )
            select null::uuid, 'endpoint ' || endpoint || ' said ' || reserved || ' reserved by ' || holders || ' jobs, open reservations say '
                   || actual || ' by ' || actual_holders || ': corrected'
              from wrong
            """).ConfigureAwait(false);
        await RepairAsync(
            """
            with actual as (
              select t.tenant, t.running, count(c.reservation_id)::int as open
                from tenants t left join capacity_reservations c on c.tenant = t.tenant and c.closed_at is null
               group by t.tenant, t.running
            ), repaired as (
              update tenants t set running = a.open from actual a where t.tenant = a.tenant and a.open <> a.running
              returning t.tenant, a.running as said, a.open
            )
            select null::uuid, 'tenant ' || tenant || ' was said to run ' || said || ' jobs and runs ' || open || ': corrected' from repaired
            """).ConfigureAwait(false);

        if (repairs.Count > 0)
            await ExecuteAsync("select pg_notify('swath_admission', '')").ConfigureAwait(false);
        await transaction.CommitAsync(cancellationToken).ConfigureAwait(false);
        return repairs;

        async Task<Guid[]> ReadOrphansAsync()
        {
            await using var command = new NpgsqlCommand(
                $"select coalesce(array_agg(c.job_id), '{{}}') from capacity_reservations c left join jobs j on j.job_id = c.job_id where {Orphaned}", connection);
            command.Parameters.Add(new NpgsqlParameter { Value = now - Grace });
            return (Guid[])(await command.ExecuteScalarAsync(cancellationToken).ConfigureAwait(false))!;
        }

        async Task RepairAsync(string sql, Guid[]? jobs = null)
        {
            await using var command = new NpgsqlCommand(sql, connection);
            if (sql.Contains("$1", StringComparison.Ordinal))
                command.Parameters.Add(new NpgsqlParameter { Value = now - Grace });
            if (sql.Contains("$2", StringComparison.Ordinal))
                command.Parameters.Add(new NpgsqlParameter { Value = now });
            if (jobs is not null)
                command.Parameters.Add(new NpgsqlParameter { Value = jobs });
            await using var reader = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
            while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
                repairs.Add(new LedgerRepair(reader.GetString(1), reader.IsDBNull(0) ? null : reader.GetGuid(0)));
        }

        async Task ExecuteAsync(string sql)
        {
            await using var command = new NpgsqlCommand(sql, connection);
            await command.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);
        }
    }
}
